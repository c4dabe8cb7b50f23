package text

import "pacu/store"

// TroubleWords are about a database or a disk that fails, certificates that
// end, and versions that differ.
type TroubleWords struct {
	ClosedTitle string
	ClosedIntro string
	Why         TroubleSentences // what is wrong
	Do          TroubleSentences // what to do; the argument is the state directory
	CopiesTitle string
	CopiesNone  string
	CopyOf      string // made when
	RestoreHow  string
	Systemd     string
	SysV        string
	Again       string

	LowSpace   string // how much, of what folder
	LowFiles   string // of what folder
	OnlyRead   string
	CertEnded  string // when
	CertSoon   string // when
	CertEarly  string // from when
	PulseOther string // ours, pulse's

	PartnerOther string // the partner's, ours
	PartnerOld   string // ours
}

// TroubleSentences are a sentence for each store.Trouble.
type TroubleSentences struct {
	Full, ReadOnly, Denied, Busy, Damaged, Newer, Broken, Other string
}

// Of is the sentence of a trouble.
func (s TroubleSentences) Of(t store.Trouble) string {
	switch t {
	case store.Full:
		return s.Full
	case store.ReadOnly:
		return s.ReadOnly
	case store.Denied:
		return s.Denied
	case store.Busy:
		return s.Busy
	case store.Damaged:
		return s.Damaged
	case store.Newer:
		return s.Newer
	case store.Broken:
		return s.Broken
	}
	return s.Other
}

var troubleEnglish = TroubleWords{
	ClosedTitle: "The console's database cannot be used",
	ClosedIntro: "pulse, the virtual servers and their traffic are not affected; pulse status on this router shows them.",
	Why: TroubleSentences{
		Full:     "The console's disk is full: nothing was changed.",
		ReadOnly: "The console's disk can only be read: nothing was changed.",
		Denied:   "The console may not open its database.",
		Busy:     "Another process holds the console's database.",
		Damaged:  "The console's database is damaged.",
		Newer:    "The console's database is of a newer Pacu than this one.",
		Broken:   "The console's disk fails to read or write.",
		Other:    "The console's database cannot be opened; the log of lvsgui says why.",
	},
	Do: TroubleSentences{
		Full:     "Make room on the disk of %s (df shows how full it is). The console goes on by itself.",
		ReadOnly: "Find out in the kernel's log (dmesg) why the disk of %s is mounted read-only, and mount it to be written to. The console goes on by itself.",
		Denied:   "Make the files in %s belong to the user that owns the directory (chown). The console goes on by itself.",
		Busy:     "Wait for the restore to end, or find the process that has a file in %s open (fuser). The console goes on by itself.",
		Damaged:  "Restore a copy, as root on this router. What is in %s now is kept beside it.",
		Newer:    "Install the newer Pacu again, or restore a copy of before as root on this router. What is in %s now is kept beside it.",
		Broken:   "Look into the kernel's log (dmesg) for errors of the disk of %s, and replace it; then restore a copy as root on this router.",
		Other:    "Look into the log of lvsgui. If the files in %s are damaged, restore a copy as root on this router.",
	},
	CopiesTitle: "Copies on this router",
	CopiesNone:  "There is no copy on this router: take a file that lvsgui backup made.",
	CopyOf:      "of %s",
	RestoreHow:  "To restore",
	Systemd:     "With systemd",
	SysV:        "With init scripts",
	Again:       "This page looks again every ten seconds.",

	LowSpace:   "Only %s are free on the disk of %s: make room, before nothing can be saved.",
	LowFiles:   "The disk of %s has hardly any inodes left for new files: remove files, before nothing can be saved.",
	OnlyRead:   "The console's database can only be read: you can look, but nothing can be saved. The log of lvsgui says why.",
	CertEnded:  "The console's certificate ended %s: browsers warn of it. Put a new one in its place.",
	CertSoon:   "The console's certificate ends %s: put a new one in its place before.",
	CertEarly:  "The console's certificate is not valid before %s: is this router's clock right?",
	PulseOther: "This console is Pacu %s, and the pulse that runs is %s: that works; restart the older of the two.",

	PartnerOther: "It runs Pacu %s, this router %s: that works; install the same on both.",
	PartnerOld:   "It runs an older Pacu, this router %s: that works; install the same on both.",
}

var troubleChinese = TroubleWords{
	ClosedTitle: "控制台的数据库无法使用",
	ClosedIntro: "pulse、虚拟服务器及其流量不受影响；在本路由器上运行 pulse status 可查看。",
	Why: TroubleSentences{
		Full:     "控制台所在磁盘已满：未作任何更改。",
		ReadOnly: "控制台所在磁盘只能读取：未作任何更改。",
		Denied:   "控制台无权打开其数据库。",
		Busy:     "另一个进程占用着控制台的数据库。",
		Damaged:  "控制台的数据库已损坏。",
		Newer:    "控制台的数据库属于比本程序更新的 Pacu 版本。",
		Broken:   "控制台所在磁盘读写出错。",
		Other:    "无法打开控制台的数据库；原因见 lvsgui 的日志。",
	},
	Do: TroubleSentences{
		Full:     "请在 %s 所在的磁盘上腾出空间（用 df 查看占用）。之后控制台会自动恢复。",
		ReadOnly: "请在内核日志（dmesg）中查明 %s 所在磁盘为何以只读方式挂载，并重新挂载为可写。之后控制台会自动恢复。",
		Denied:   "请让 %s 中的文件归该目录的所有者所有（chown）。之后控制台会自动恢复。",
		Busy:     "请等待恢复操作结束，或找出打开了 %s 中文件的进程（fuser）。之后控制台会自动恢复。",
		Damaged:  "请以 root 身份在本路由器上恢复一份副本。%s 中现有的数据库会保留在旁边。",
		Newer:    "请重新安装较新的 Pacu，或以 root 身份在本路由器上恢复以前的副本。%s 中现有的数据库会保留在旁边。",
		Broken:   "请在内核日志（dmesg）中查看 %s 所在磁盘的错误并更换磁盘；然后以 root 身份在本路由器上恢复一份副本。",
		Other:    "请查看 lvsgui 的日志。如果 %s 中的文件已损坏，请以 root 身份在本路由器上恢复一份副本。",
	},
	CopiesTitle: "本路由器上的副本",
	CopiesNone:  "本路由器上没有副本：请使用由 lvsgui backup 生成的文件。",
	CopyOf:      "生成于 %s",
	RestoreHow:  "恢复方法",
	Systemd:     "使用 systemd",
	SysV:        "使用 init 脚本",
	Again:       "本页每十秒重新检查一次。",

	LowSpace:   "仅剩 %s 可用空间（%s 所在磁盘）：请尽快腾出空间，否则将无法保存。",
	LowFiles:   "%s 所在磁盘几乎没有可用的 inode：请尽快删除文件，否则将无法保存。",
	OnlyRead:   "控制台的数据库只能读取：可以查看，但无法保存。原因见 lvsgui 的日志。",
	CertEnded:  "控制台的证书已于 %s 过期：浏览器会发出警告。请换上新证书。",
	CertSoon:   "控制台的证书将于 %s 过期：请在此之前换上新证书。",
	CertEarly:  "控制台的证书在 %s 之前无效：本路由器的时钟是否正确？",
	PulseOther: "本控制台为 Pacu %s，正在运行的 pulse 为 %s：可以配合工作；请重启其中较旧的一个。",

	PartnerOther: "对端运行 Pacu %s，本路由器运行 %s：可以配合工作；请在两台路由器上安装相同版本。",
	PartnerOld:   "对端运行较旧的 Pacu，本路由器运行 %s：可以配合工作；请在两台路由器上安装相同版本。",
}
