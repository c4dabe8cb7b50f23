package lvscf

// Kinds of checks that the word check names, besides none. What a check asks
// when it is auto is for send, expect, send_program or the port to say.
var checkKinds = []string{
	"auto", "tcp", "http", "https", "tls", "dns", "smtp", "imap", "pop3", "ldap", "mysql", "pgsql", "redis", "sip",
	"radius", "grpc", "ping", "file", "off",
}

// virtualKinds are those of a virtual's own check.
var virtualKinds = append([]string{"auto", "none"}, checkKinds[1:]...)

// inCheck are the places of what says how to check.
const inCheck = InVirtual | InProbe

// checkTable is what may stand in virtual and probe blocks and says how real
// servers are checked.
var checkTable = []Directive{
	{Name: "check", Where: InVirtual, Type: Word, Default: "auto", Values: virtualKinds, Extension: true,
		Meaning: "How real servers are checked. auto: by send, expect or send_program, or, without these, as the port suggests. none: they are not probed, and taken to be up. off: they are always down. tcp: they accept a connection; ping: they answer an ICMP echo; file: this router has a file; the others: they answer in that protocol.",
		Chinese: "检查真实服务器的方式。auto 表示按 send、expect 或 send_program；都没有时由端口决定。none 表示不探测，视为一直可用；off 表示一直不可用。tcp 只需接受连接；ping 须应答 ICMP echo；file 检查本路由器上的文件；其余须以该协议应答。"},
	{Name: "check", Where: InProbe, Type: Word, Default: "auto", Values: checkKinds, Extension: true,
		Meaning: "What is checked besides, as check of the virtual.",
		Chinese: "另外检查的内容，同 virtual 的 check。"},
	{Name: "check_port", Where: inCheck, Type: Port, Min: 1, Max: 65535, Extension: true,
		Meaning: "Port that is checked. Default: the real server's.",
		Chinese: "被检查的端口。默认为真实服务器的端口。"},
	{Name: "check_address", Where: inCheck, Type: IP, Extension: true,
		Meaning: "Address that is checked, for all real servers. Default: the real server's.",
		Chinese: "被检查的地址，用于所有真实服务器。默认为真实服务器的地址。"},
	{Name: "check_source", Where: inCheck, Type: IP, Extension: true,
		Meaning: "Address that the check comes from, which both routers must have. Default: the kernel chooses.",
		Chinese: "检查所用的源地址，两台路由器都须拥有。默认由内核选择。"},
	{Name: "check_mark", Where: inCheck, Type: Int, Max: maxUint32, Default: "0", Extension: true,
		Meaning: "Firewall mark of the check's packets, for rules of routing; 0 is none.",
		Chinese: "检查数据包的防火墙标记，供路由规则使用；0 表示没有。"},
	{Name: "check_through_vip", Where: inCheck, Type: Bool, Default: "0", Extension: true,
		Meaning: "1: the check asks for the virtual's address, and its packets reach the real server as those of clients do: a server that does not have the address is down. With forward = direct or tunnel; not with check = ping.",
		Chinese: "1 表示以虚拟服务器的地址检查，数据包与客户端的一样到达真实服务器：没有配置该地址的服务器视为不可用。用于 forward = direct 或 tunnel，不用于 check = ping。"},
	{Name: "check_timeout", Where: inCheck, Type: Duration, Min: shortest, Max: day, Extension: true,
		Meaning: "How long a check may last. Default: timeout.",
		Chinese: "一次检查的时限。默认同 timeout。"},
	{Name: "check_connect_timeout", Where: inCheck, Type: Duration, Min: shortest, Max: day, Extension: true,
		Meaning: "How long connecting may last. Default: check_timeout.",
		Chinese: "建立连接的时限。默认同 check_timeout。"},
	{Name: "check_tls", Where: inCheck, Type: Bool, Default: "0", Extension: true,
		Meaning: "1: over TLS, for check = smtp, imap, pop3, ldap, mysql, pgsql, redis and grpc: from the first byte, or, with mysql and pgsql, once the server agrees.",
		Chinese: "1 表示使用 TLS，用于 check = smtp、imap、pop3、ldap、mysql、pgsql、redis 与 grpc：从第一个字节起，mysql 与 pgsql 则在服务器同意之后。"},
	{Name: "check_name", Where: inCheck, Type: HostName, Extension: true,
		Meaning: "Server name that TLS sends, and that a certificate is checked for. Default: check_host.",
		Chinese: "TLS 发送的服务器名，也是核对证书所用的名称。默认同 check_host。"},
	{Name: "check_verify", Where: inCheck, Type: Bool, Default: "0", Extension: true,
		Meaning: "1: a real server without a valid certificate for check_name is down.",
		Chinese: "1 表示没有 check_name 的有效证书的真实服务器视为不可用。"},
	{Name: "check_expiry", Where: inCheck, Type: Int, Max: 3650, Default: "0", Extension: true,
		Meaning: "Days before a certificate expires from which on pulse warns; 0: it does not.",
		Chinese: "证书到期前多少天开始警告；0 表示不警告。"},
	{Name: "check_method", Where: inCheck, Type: Capitals, Default: "GET", Values: []string{"GET", "HEAD", "OPTIONS", "POST"}, Extension: true,
		Meaning: "Method of check = http and https.",
		Chinese: "check = http 与 https 的请求方法。"},
	{Name: "check_path", Where: inCheck, Type: Path, Extension: true,
		Meaning: "Page that check = http and https ask for, / by default; the path of check = file.",
		Chinese: "check = http 与 https 请求的页面，默认为 /；check = file 的文件路径。"},
	{Name: "check_host", Where: inCheck, Type: Text, Extension: true,
		Meaning: "Host that check = http and https ask for. Default: the address.",
		Chinese: "check = http 与 https 请求的主机名。默认为地址。"},
	{Name: "check_status", Where: inCheck, Type: Statuses, Default: "200-399", Extension: true,
		Meaning: "Status codes of a healthy answer to check = http and https. Redirections are not followed.",
		Chinese: "check = http 与 https 健康应答的状态码。不跟随重定向。"},
	{Name: "check_body", Where: inCheck, Type: Escaped, Extension: true,
		Meaning: "Text that stands somewhere in the page, or file; with use_regex = 1 an expression that matches there.",
		Chinese: "页面或文件中某处须有的文本；use_regex = 1 时为须能匹配的表达式。"},
	{Name: "check_digest", Where: inCheck, Type: Digest, Extension: true,
		Meaning: "SHA-256 of the page, as sha256sum prints it.",
		Chinese: "页面的 SHA-256，如 sha256sum 所示。"},
	{Name: "check_query", Where: inCheck, Type: Text, Default: ".", Extension: true,
		Meaning: "Name that check = dns asks for.",
		Chinese: "check = dns 查询的域名。"},
	{Name: "check_type", Where: inCheck, Type: Capitals, Extension: true,
		Values:  []string{"A", "NS", "CNAME", "SOA", "PTR", "MX", "TXT", "AAAA", "SRV", "NAPTR", "DNAME", "DS", "SSHFP", "DNSKEY", "TLSA", "SVCB", "HTTPS", "CAA", "ANY"},
		Meaning: "Type of record that it asks for. Default: A; of the name . NS.",
		Chinese: "查询的记录类型。默认为 A；域名为 . 时为 NS。"},
	{Name: "check_rcode", Where: inCheck, Type: Capitals, Default: "NOERROR", Extension: true,
		Values:  []string{"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH", "NOTZONE"},
		Meaning: "Response code of a healthy answer.",
		Chinese: "健康应答的响应码。"},
	{Name: "check_answer", Where: inCheck, Type: Text, Extension: true,
		Meaning: "Address, name or text that one of the records must have.",
		Chinese: "应答记录之一须含有的地址、域名或文本。"},
	{Name: "check_user", Where: inCheck, Type: Text, Extension: true,
		Meaning: "User that check = imap, pop3, ldap (a distinguished name), mysql, pgsql, redis, sip and radius ask as. Without it they do not log in, and a MySQL server may count the check as a connection that broke off, and shut the router out after max_connect_errors of them; its user needs no rights and has no password.",
		Chinese: "check = imap、pop3、ldap（专有名称 DN）、mysql、pgsql、redis、sip 与 radius 使用的用户。不写则不登录，MySQL 服务器可能把检查计为中断的连接，达到 max_connect_errors 次后拒绝本路由器；MySQL 用户无需权限，也不设密码。"},
	{Name: "check_password", Where: inCheck, Type: Text, Extension: true, Secret: true,
		Meaning: "Password of check = imap, pop3, ldap, redis and radius. Let others not read the file.",
		Chinese: "check = imap、pop3、ldap、redis 与 radius 的密码。请勿让他人读取此文件。"},
	{Name: "check_secret", Where: inCheck, Type: Text, Extension: true, Secret: true,
		Meaning: "Secret that check = radius shares with the server.",
		Chinese: "check = radius 与服务器的共享密钥。"},
	{Name: "check_service", Where: inCheck, Type: Text, Extension: true,
		Meaning: "Service whose health check = grpc asks for. Default: that of the server as a whole.",
		Chinese: "check = grpc 查询其健康状态的服务。默认为整个服务器。"},
}

// probeTable is what may stand in probe blocks alone.
var probeTable = []Directive{
	{Name: "active", Where: InProbe, Type: Bool, Default: "1", Extension: true,
		Meaning: "0: this check is not made, and stays in the file.",
		Chinese: "0 表示不做此项检查，但保留在文件中。"},
}
