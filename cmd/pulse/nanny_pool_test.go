package main

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
)

// groupsOf reads "1 2,3" as two groups of the servers 10.0.0.1 and so on.
func groupsOf(text string) (groups [][]netip.Addr) {
	for _, g := range strings.Split(text, ",") {
		var group []netip.Addr
		for _, n := range strings.Fields(g) {
			group = append(group, netip.MustParseAddr("10.0.0."+n))
		}
		groups = append(groups, group)
	}
	return groups
}

func groupsText(groups [][]netip.Addr) string {
	var list []string
	for _, g := range groups {
		var words []string
		for _, a := range g {
			words = append(words, strings.TrimPrefix(a.String(), "10.0.0."))
		}
		list = append(list, strings.Join(words, " "))
	}
	return strings.Join(list, ",")
}

func TestSpread(t *testing.T) {
	for _, tt := range []struct {
		name, groups, servers string
		limit                 int
		want                  string
	}{
		{"one each", "", "3 1 2", 4, "1,2,3"},
		{"as many as may be", "", "1 2 3", 3, "1,2,3"},
		{"past the limit", "", "1 2 3 4 5", 2, "1 2 3,4 5"},
		{"no limit makes sense below 1", "", "1 2", 0, "1 2"},
		{"none", "1,2", "", 4, ","},
		{"another server, another nanny", "1,2", "2 3", 4, ",2,3"},
		{"all stay", "1 4,2 3", "1 2 3 4", 2, "1 4,2 3"},
		{"one comes", "1 4,2", "1 2 3 4", 2, "1 4,2 3"},
		{"one goes", "1 4,2 3", "1 2 3", 2, "1,2 3"},
		{"two go from one", "1 2 3,4 5 6", "3 4 5 6", 2, "3 6,4 5"},
		{"all go from one", "1 2,3 4", "3 4", 2, ",3,4"},
		{"the limit falls", "1,2,3,4", "1 2 3 4", 2, "1 3,2 4,,"},
		{"the limit rises", "1 2 3,4", "1 2 3 4", 4, "1,4,2,3"},
		{"the fullest keep more", "1,2 3 4", "1 2 3 4 5", 2, "1 5,2 3 4"},
	} {
		var groups [][]netip.Addr
		if tt.groups != "" {
			groups = groupsOf(tt.groups)
		}
		got := groupsText(spread(groups, groupsOf(tt.servers)[0], tt.limit))
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestSpreadLaws has servers come and go: every one is watched once, the load
// is even, the limit is kept, and no more move than must.
func TestSpreadLaws(t *testing.T) {
	random := rand.New(rand.NewPCG(6, 11))
	var groups [][]netip.Addr
	for round := range 3000 {
		var servers []netip.Addr
		for i := range 60 {
			if random.IntN(3) > 0 {
				servers = append(servers, netip.AddrFrom4([4]byte{10, 0, 0, byte(i)}))
			}
		}
		if random.IntN(20) == 0 {
			servers = nil
		}
		limit := 1 + random.IntN(70)
		if random.IntN(2) == 0 {
			limit = 16
		}
		home := make(map[netip.Addr]int)
		for i, g := range groups {
			for _, a := range g {
				home[a] = i
			}
		}
		got := spread(groups, servers, limit)
		var all []netip.Addr
		least, most, count, stay := len(servers), 0, 0, 0
		var kept []int // of each nanny that goes on
		for i, g := range got {
			if len(g) == 0 {
				continue
			}
			all = append(all, g...)
			least, most, count = min(least, len(g)), max(most, len(g)), count+1
			for _, a := range g {
				if h, was := home[a]; was && h == i {
					stay++
				}
			}
			if !slices.IsSortedFunc(g, netip.Addr.Compare) {
				t.Fatalf("round %d: group %s is not in order", round, groupsText([][]netip.Addr{g}))
			}
		}
		for i, g := range groups {
			n := 0
			for _, a := range g {
				if slices.Contains(servers, a) {
					n++
				}
			}
			kept = append(kept, n)
			if n == 0 && len(got[i]) > 0 {
				t.Fatalf("round %d: nanny %d goes on with nothing of its own", round, i)
			}
		}
		slices.SortFunc(all, netip.Addr.Compare)
		if !slices.Equal(all, servers) {
			t.Fatalf("round %d: watched %v, want %v", round, all, servers)
		}
		if count != min(limit, len(servers)) || count > 0 && most-least > 1 {
			t.Fatalf("round %d: %d nannies of a limit %d, %d to %d servers each", round, count, limit, least, most)
		}
		if want := mayStay(kept, len(servers), count); stay != want {
			t.Fatalf("round %d: %d stay where they are, %d could", round, stay, want)
		}
		groups = got
		for i := len(groups) - 1; i >= 0; i-- { // as nannies does
			if len(groups[i]) == 0 {
				groups = slices.Delete(groups, i, i+1)
			}
		}
	}
}

// mayStay is the most servers that can stay, by trying how many places each
// nanny has: the fullest nannies have the larger ones.
func mayStay(kept []int, servers, count int) int {
	if count == 0 {
		return 0
	}
	slices.Sort(kept)
	slices.Reverse(kept)
	sum := 0
	for k, n := range kept {
		if k >= count {
			break
		}
		room := servers / count
		if k < servers%count {
			room++
		}
		sum += min(n, room)
	}
	return sum
}

func BenchmarkSpread(b *testing.B) {
	for _, n := range []int{1000, 40000} {
		var servers []netip.Addr
		for i := range n {
			servers = append(servers, netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}))
		}
		groups := spread(nil, servers, 256)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				spread(groups, servers, 256)
			}
		})
	}
}
