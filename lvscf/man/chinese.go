package man

import "pacu/lvscf"

var chinese = words{
	manual: "文件格式手册",
	sections: sections{
		name: "名称", description: "描述", grammar: "语法", values: "取值", directives: "指令",
		global: "块外指令", services: "virtual 与 failover 块内指令", servers: "server 块内指令", probes: "probe 块内指令", scripts: "track_script 块内指令",
		extensions: "扩展", legacy: "旧指令",
		examples: "示例", nat: "网络地址转换（NAT）", direct: "直接路由", tunnel: "IP 隧道", fullnat: "完全地址转换（Full NAT）",
		pair: "自我保护的路由器对", checks: "检查真实服务器", failover: "故障切换服务",
		problems: "问题代码", files: "文件", see: "参见",
	},
	name: "Linux 虚拟服务器路由器对的配置文件",
	description: []string{
		"lvs.cf 说明哪两台路由器组成一对、它们持有哪些浮动地址、这些地址之后有哪些真实服务器。`pulse` 在启动时读取它，" +
			"收到 SIGHUP 或执行 `pulse reload` 时再次读取；此时若文件有错误，则一切保持不变。本版本读取但尚不执行的指令，`pulse` 会在每次启动时说明。两台路由器使用同一份文件，请从一台复制到另一台。",
		"语法与 Piranha 0.8.6 相同，其文件可直接使用。超出部分列于“扩展”一节。",
		"`pulse check` 指出文件中的问题，`pulse fmt` 按控制台的写法重排文件，`pulse diff` 按含义比较两份文件，" +
			"`pulse import` 从 keepalived 或 ldirectord 的配置、或 ipvsadm 的输出生成 lvs.cf，`pulse export` 则相反。",
	},
	lines: "每一行是下列之一，或是空行，或是注释（第一个非空白字符为 `#`）：",
	forms: []string{
		"<指令> `=` <值>",
		"`virtual` <名称> `{`",
		"`failover` <名称> `{`",
		"`server` <名称> `{`",
		"`probe` <名称> `{`",
		"`track_script` <名称> `{`",
		"`}`",
	},
	grammar: []string{
		"单词之间用空格或制表符分隔，`=` 两边和 `{` 之前也一样。缩进和空行没有意义。含空白的值要放在引号 `\"` 或 `'` 之中，" +
			"并在同一行结束；值内若有一种引号，外面用另一种。`virtual`、`failover` 与 `track_script` 写在所有块之外，`server` 写在前两种块之内，`probe` 写在 `virtual` 之内。" +
			"名称供人阅读，可以是任意单词。",
		"同一处重复的指令，以最后一个为准；只有 `heartbeat_path` 每行都有效。各行的顺序没有意义，只有一个例外：未写 `port` 的真实服务器，使用该行之前虚拟服务器的 `port`。",
		"行尾可以是 LF、CR LF 或 CR。文件为 UTF-8 文本；名称和注释中的字节原样保留。",
	},
	values: []string{
		"下文以斜体表示的值如下。",
	},
	types: map[lvscf.Type]typeWords{
		lvscf.Int:         {"整数", "与 C 语言相同：`80`、`0x50`，或八进制的 `0120`。开头的零往往是笔误，会给出警告。"},
		lvscf.Bool:        {"开关", "`0` 表示否，`1` 表示是，不接受其他写法。"},
		lvscf.Duration:    {"时间", "秒数，如 `12` 或 `0.25`；或带单位，如 `250ms`、`2s`。注明整秒之处，内核不支持更细的单位。"},
		lvscf.Port:        {"端口", "1 到 65535 的数字，或 IANA 登记的服务名，如 `http`。"},
		lvscf.HostName:    {"主机", "IPv4 或 IPv6 地址，或主机名；主机名在 pulse 启动时解析。"},
		lvscf.IP:          {"地址", "IPv4 或 IPv6 地址。"},
		lvscf.HostDevice:  {"地址 网卡", "地址，空格，再写放置该地址的网卡，可带标签：`10.10.1.30 eth0:1`。网卡名连同标签最多 15 个字符。"},
		lvscf.Mask:        {"掩码", "IPv4 子网掩码，如 `255.255.255.0`;`0.0.0.0` 等于不写。IPv6 写位数，如 `64`。"},
		lvscf.Text:        {"文本", "任意文本。"},
		lvscf.Escaped:     {"字符串", "任意文本，其中 `\\n`、`\\r`、`\\t`、`\\\\`、`\\\"`、`\\'` 分别表示换行、回车、制表符以及该符号本身。"},
		lvscf.Command:     {"命令", "程序及其参数，以空白分隔。不经过 shell：没有变量、管道和通配符。"},
		lvscf.Program:     {"程序", "程序的路径。"},
		lvscf.Device:      {"网卡", "网卡名，如 `eth0`。"},
		lvscf.List:        {"列表", "方括号中的单词，均以空白分隔：`[ a b c ]`。"},
		lvscf.Words:       {"单词 ...", "指令所列的一个或多个单词，以空白分隔。"},
		lvscf.PortList:    {"端口列表", "端口、端口范围和服务名，以逗号分隔，不含空格：`80,443,8000-8100`；或 `all`。"},
		lvscf.AddrsDevice: {"地址列表 网卡", "地址和地址范围，共不超过 256 个，以逗号分隔，不含空格；空格后再写放置它们的网卡，可带标签：`10.0.1.10-10.0.1.20,10.0.1.30 eth1:1`。"},
		lvscf.HostPair:    {"主机 主机", "主路由器的地址或主机名，空格，再写备用路由器的：`10.9.9.1 10.9.9.2`。"},
		lvscf.AddrList:    {"地址列表", "不超过 16 个地址，以逗号分隔，不含空格：`10.10.1.1,10.10.1.254`。"},
		lvscf.Group:       {"组播地址", "IPv4 或 IPv6 组播地址：`224.0.0.81`、`ff02::81`。"},
		lvscf.Word:        {"单词", "指令所列的单词之一，小写。"},
		lvscf.Capitals:    {"大写单词", "指令所列的单词之一，大小写均可。"},
		lvscf.Path:        {"路径", "以 `/` 开头的路径：页面地址中主机之后的部分，或文件的路径。"},
		lvscf.Statuses:    {"状态码", "HTTP 状态码及其范围，以逗号分隔，不含空格：`200-299,301`。"},
		lvscf.Digest:      {"摘要", "SHA-256 的 64 位十六进制数。"},
	},
	global:   "这些指令说明路由器是谁，以及两台如何协作。",
	services: "`virtual` 块是由其中的真实服务器提供的服务。`fwmark` 相同的各块在内核中是同一个服务。`failover` 块是由路由器自己轮流运行的服务，以 `service = fos` 选用。",
	servers:  "`server` 块是外层 `virtual` 的一台真实服务器。",
	probes:   "`probe` 块是对外层 `virtual` 的真实服务器的又一项检查：全部通过的服务器才可用。除下列指令外，它还可使用 `send`、`expect`、`use_regex`、`send_program` 以及所有以 `check_` 开头的指令，含义与 `virtual` 中相同。",
	scripts:  "`track_script` 块是路由器反复运行的命令，用以判断自己是否宜于提供服务。不宜的路由器放弃并不再接管活动角色，除非对端的情况更差。",
	extensions: []string{
		"文件中若有下列内容，Piranha 会拒绝，或读成别的意思。若其中一台路由器仍运行 Piranha，可用 `pulse check --piranha` 找出它们。",
		"IPv6 地址及其掩码。",
		"语句之后的注释，以及 `{` 之前没有空格。两者都会给出警告。",
		"任意位置的引号：Piranha 只允许不含空白的引号词出现在行尾，并把探测或命令的值两边的 `'` 当作值的一部分。",
		"以服务名作为真实服务器的 `port`，以及大写的服务名。",
		"以 CR LF 结尾的行（Piranha 只读第一行），以及字节顺序标记。",
	},
	durations:    "带小数或单位的时间，可用于 %s。",
	newWords:     "指令 %s。",
	newBlocks:    "%s 块及其全部内容。",
	newValues:    "Piranha 没有的值：%s。",
	legacy:       "为兼容旧文件而读取并保留，不起作用。多数会给出警告。",
	examples:     "以下每个文件都是完整的。其中的地址专用于文档。",
	between:      "范围：%s 到 %s。",
	defaultIs:    "默认值：`%s`。",
	whole:        "整秒。",
	repeats:      "可以多次给出。",
	extension:    "扩展指令。",
	onlyFailover: "仅用于 `failover` 块。",
	onlyVirtual:  "仅用于 `virtual` 块。",
	onlyChecks:   "用于 `virtual` 与 `probe` 块。",
	nat: example{
		before: []string{
			"真实服务器在单独的网络 10.8.8.0/24 中，以浮动地址 10.8.8.1 为默认网关。往返的数据包都经过活动路由器，因此可以转换端口：" +
				"客户端访问 80 端口，服务器监听 8080。客户端在最后一次连接后五分钟内保持同一台服务器，web-2 分得两倍的份额。",
		},
		after: []string{
			"路由器需要 `net.ipv4.ip_forward=1`。真实服务器只需设好网关。",
		},
	},
	direct: example{
		before: []string{
			"真实服务器与浮动地址在同一网络，直接应答客户端；路由器只看到请求。真实服务器的端口不能与虚拟服务器不同。" +
				"标记 80 把 http 和 https 合为一个服务，使客户端在两者上保持同一台服务器。心跳经内网地址有第二条路径。",
		},
		after: []string{
			"每台真实服务器在回环网卡上配置 192.0.2.10，并设置 `net.ipv4.conf.all.arp_ignore=1` 和 " +
				"`net.ipv4.conf.all.arp_announce=2`，这样它接收发往该地址的数据包而不宣告它。两台路由器都要为发往该地址的数据包打上标记：",
		},
		commands: []string{
			"`nft add table inet marks`",
			"`nft add chain inet marks pre '{ type filter hook prerouting priority mangle; }'`",
			"`nft add rule inet marks pre ip daddr 192.0.2.10 tcp dport '{ 80, 443 }' meta mark set 80`",
		},
	},
	fullnat: example{
		before: []string{
			"真实服务器在各自的网络中，没有到客户端的路由：在它们看来，每个数据包都来自地址池中四个地址之一，地址池由活动路由器持有。" +
				"`ports` 把 http 和 https 合为一个服务，由 pulse 自行打标记。可用的服务器少于两台时由 sorry_server 提供服务。" +
				"域名服务同时使用 TCP 和 UDP，采用普通的地址转换。",
		},
		after: []string{
			"真实服务器只需有到地址池的路由；它们看不到客户端的地址。域名服务器以路由器为网关。",
		},
	},
	tunnel: example{
		before: []string{
			"真实服务器可以在任何地方，此处位于另外两个机房；路由器把数据包封装成 IP 包发给它们，由它们直接应答客户端。" +
				"问候语以 220 开头即为健康。失效的服务器保留已有的连接；没有可用的服务器时，邮件转到 sorry_server。",
		},
		after: []string{
			"每台真实服务器在 `tunl0` 上配置 192.0.2.10，设置 `net.ipv4.conf.tunl0.rp_filter=0` 以及与直接路由相同的两项 ARP 设置，" +
				"并且其网络服务商允许以此为源地址的数据包发出。",
		},
	},
	pair: example{
		before: []string{
			"心跳每秒四次，经三个网络发送；只有全部沉默达一秒才认为对端失效。两个网关都不应答、磁盘不可写、或探测不到任何真实服务器的路由器" +
				"不宜提供服务，会放弃活动角色。主路由器恢复正常半分钟后取回角色。连接同步到备用路由器的内核，切换后继续有效。每次变化都通知一个程序。",
		},
		after: []string{
			"在 lvs.cf 旁放置由 `pulse keygen` 生成的密钥后，其他机器无法冒充这一对路由器。",
		},
	},
	checks: example{
		before: []string{
			"web 服务器须经 TLS 给出健康的页面，须像接收客户端的数据包那样接收发往服务地址的数据包，其数据库也须应答，才算可用。" +
				"连续两次探测失败（第二次在半秒之后）即停用，连续三次成功后恢复；反复失效的停用更久。证书到期前两周起 pulse 给出警告。" +
				"域名服务器须能给出商店的地址。",
		},
		after: []string{
			"`pulse probe 192.0.2.21` 立即检查一台服务器，并显示每一步。",
		},
	},
	failover: example{
		before: []string{
			"两台路由器都有 web 服务器，由其中一台运行并持有地址。备用路由器探测它；它一旦失效，备用路由器启动自己的 web 服务器并接管地址。",
		},
		after: []string{
			"若不写 `start_cmd` 与 `stop_cmd`，web 服务器须始终在两台路由器上运行，切换的只是地址。",
		},
	},
	problems: []string{
		"`pulse check` 以 <文件>`:`<行>`:`<列>`:` <级别>`:` <说明> 的形式输出每个问题，能知道时还会说明应如何书写；" +
			"`pulse check --json` 的输出中含有下列代码。有错误（error）的文件不会被使用；只有警告（warning）的文件可以使用。",
		"代码在各版本之间不变。",
	},
	severity: map[lvscf.Severity]string{lvscf.Error: "错误", lvscf.Warning: "警告"},
	files: []entry{
		{"`/etc/sysconfig/ha/lvs.cf`", "pulse、控制台以及 pulse 的各命令默认读取的文件。"},
		{"`lvs.key`", "与 lvs.cf 同目录，权限 0600：这一对路由器的心跳密钥，两台内容相同。每行一个 64 位十六进制数的密钥，最新的在前，" +
			"最多两个；以 `#` 开头的行为注释。没有此文件时使用 Piranha 的心跳，网络中的任何人都可以伪造。"},
	},
	seeAlso: "`pulse --help`、`ipvsadm`(8)、`nft`(8)",
	list:    "、",
	meaning: func(_, chinese string) string { return chinese },
}
