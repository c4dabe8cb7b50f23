package text

// PeopleWords are the words of USERS, sessions, tokens, the audit.
type PeopleWords struct {
	Title string
}

var peopleEnglish = PeopleWords{
	Title: "USERS",
}

var peopleChinese = PeopleWords{
	Title: "用户",
}
