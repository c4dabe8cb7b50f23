package firewall

import (
	"math"
	"math/big"
)

// shares says of each range of a pool below which of 2^32 random numbers a
// connection gets an address of it, given that no range before it was taken:
// in proportion to the addresses. The last takes what is left.
//
// The kernel's source NAT takes one range only, and picks the address in it
// by the client's.
func shares(pool []AddrRange) []uint32 {
	sizes := make([]float64, len(pool))
	left := 0.0
	for i, r := range pool {
		sizes[i] = r.size()
		left += sizes[i]
	}
	out := make([]uint32, len(pool))
	for i, size := range sizes {
		out[i] = uint32(min(math.Round(size/left*(1<<32)), math.MaxUint32))
		left -= size
	}
	return out
}

// size is the number of addresses, near enough for a share.
func (r AddrRange) size() float64 {
	first, last := new(big.Int).SetBytes(r.First.AsSlice()), new(big.Int).SetBytes(r.Last.AsSlice())
	size, _ := new(big.Float).SetInt(last.Sub(last, first)).Float64()
	return size + 1
}
