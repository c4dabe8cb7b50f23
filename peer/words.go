package peer

// words are in both languages of the console.
type words struct{ english, chinese string }

// steps name what is done.
var steps = map[Step]words{
	Connect:  {"connect", "连接"},
	Login:    {"log in", "登录"},
	Folder:   {"folder of lvs.cf", "lvs.cf 所在目录"},
	Config:   {"read lvs.cf", "读取 lvs.cf"},
	Key:      {"heartbeat key", "心跳密钥"},
	Program:  {"pulse", "pulse 程序"},
	Put:      {"send the file", "传送文件"},
	Checking: {"check it there", "在对方检查"},
	Replace:  {"put it in its place", "替换原文件"},
	Verify:   {"read it back", "回读核对"},
	Reload:   {"reload pulse there", "对方 pulse 重新加载"},
}

// faults say what is wrong, and what to do.
var faults = map[Fault]words{
	Unset: {"the settings are not complete: an administrator enters them",
		"设置不完整：请由管理员填写"},
	NoIdentity: {"the console's own ssh key cannot be used: see the note, then remove the file to have a new one made",
		"控制台自己的 ssh 密钥无法使用：按附注处理，或删除该文件以便重新生成"},
	Unresolved: {"nobody knows this host name: enter the address instead",
		"无法解析该主机名：请改填 IP 地址"},
	Refused: {"nothing listens on the port: start sshd there, or correct the port",
		"该端口没有程序监听：请在对方启动 sshd，或更正端口"},
	Unreachable: {"there is no way to it: is it on, and are the cables and routes right?",
		"网络不可达：请检查对方是否开机，以及网线和路由"},
	Timeout: {"it took too long: is it on, overloaded, or behind a firewall that drops packets?",
		"超时：对方可能未开机、负载过高，或被防火墙丢弃数据包"},
	NotSSH: {"what listens there does not speak ssh: correct the port",
		"该端口上的服务不是 ssh：请更正端口"},
	HostUnknown: {"its host key has not been confirmed: an administrator compares the fingerprint and confirms it once",
		"尚未确认对方的主机密钥：请管理员核对指纹并确认一次"},
	HostChanged: {"ITS HOST KEY IS NOT THE ONE THAT WAS CONFIRMED: nothing was sent. Somebody may be in between. Only if it was set up anew, forget the old key and confirm the new one",
		"对方的主机密钥与已确认的不一致！没有发送任何内容。可能有人冒充对方。只有在对方确实重装过的情况下，才能忘记旧密钥并确认新密钥"},
	Denied: {"the account does not take the console's key: add its public line to authorized_keys there (mode 0600), and see that sshd permits the account to log in",
		"该账号不接受控制台的密钥：请把公钥行加入对方的 authorized_keys（权限 0600），并确认 sshd 允许该账号登录"},
	NoSFTP: {"there is no sftp: enable \"Subsystem sftp\" in sshd_config there",
		"对方没有 sftp：请在 sshd_config 中启用 “Subsystem sftp”"},
	NoFolder: {"the folder is not there: install Pacu there, or correct the path",
		"目录不存在：请在对方安装 Pacu，或更正路径"},
	NoWrite: {"the account may not write there: log in as root, or give the account's group the folder",
		"该账号在此目录没有写权限：请用 root 登录，或把目录授权给该账号的组"},
	NoRead: {"the account may not read it: log in as root, or give the account's group the file",
		"该账号没有读权限：请用 root 登录，或把文件授权给该账号的组"},
	DiskFull: {"the disk there is full: make room; what was there before is untouched",
		"对方磁盘已满：请清理空间；原有文件未改动"},
	TooLong: {"the file is too long for an lvs.cf: correct the path",
		"文件过大，不像是 lvs.cf：请更正路径"},
	OddPath: {"lvs.cf there is a link to a path that cannot be used: enter a path without links, of letters, digits, . _ - and /",
		"对方的 lvs.cf 是链接，且指向无法使用的路径：请填写不含链接、只含字母、数字、. _ - 和 / 的路径"},
	NoConfig: {"there is none yet: PUSH puts ours there",
		"对方还没有 lvs.cf：用“推送”把本机的放过去"},
	NoKey: {"there is none there, while this router has one: each refuses the other's heartbeats; push the key",
		"本机有密钥而对方没有：双方会互相拒绝心跳；请推送密钥"},
	KeyDiffers: {"it is another key than this router's: each may refuse the other's heartbeats; push the key",
		"与本机的密钥不同：双方可能互相拒绝心跳；请推送密钥"},
	KeyOpen: {"others may read it, so pulse there refuses it: chmod 600, or push the key again",
		"权限过宽，对方的 pulse 会拒绝它：请 chmod 600，或重新推送密钥"},
	KeyOwner: {"pulse takes the key from root alone, and the account there is another: log in as root for this, or copy the file by hand",
		"pulse 只接受属主为 root 的密钥，而登录账号不是 root：请改用 root 登录，或手工复制该文件"},
	NoPulse: {"the program is not there: install Pacu there, or correct the path",
		"程序不存在：请在对方安装 Pacu，或更正路径"},
	Unusable: {"the program fails: see the note",
		"程序运行失败：见附注"},
	BadConfig: {"pulse there refuses the file, so nothing was replaced: see the note; is its Pacu older than this one?",
		"对方的 pulse 不接受该文件，没有替换任何内容：见附注；对方的 Pacu 版本是否较旧？"},
	NoReload: {"the file is in its place, but pulse there did not take it: see the note; if pulse is stopped there, it reads the file when it starts",
		"文件已就位，但对方的 pulse 没有加载：见附注；若对方的 pulse 未运行，它启动时会读取该文件"},
	Moved: {"lvs.cf there is no longer what was looked at, so nothing was replaced: look again",
		"对方的 lvs.cf 在查看之后已被改动，没有替换任何内容：请重新查看"},
	Mismatch: {"what is there now is not what was sent: somebody else writes there too; look again",
		"对方现有内容与发送的不一致：可能另有人在写；请重新查看"},
	Lost: {"the connection ended halfway: look again to see what is there now",
		"连接中途断开：请重新查看对方现在的内容"},
	Failed: {"it failed: see the note", "失败：见附注"},
}

// English says what the step is.
func (s Step) English() string { return steps[s].english }

// Chinese is English in Chinese.
func (s Step) Chinese() string { return steps[s].chinese }

// English says what is wrong and what to do.
func (f Fault) English() string { return faults[f].english }

// Chinese is English in Chinese.
func (f Fault) Chinese() string { return faults[f].chinese }
