package ipvs

// What follows repeats include/uapi/linux/ip_vs.h of Linux; the kernel never
// changes these numbers, it only adds to them.

const (
	familyName    = "IPVS"
	familyVersion = 1
)

const (
	familyInet  = 2  // AF_INET
	familyInet6 = 10 // AF_INET6
)

// A command is one of IPVS_CMD_*.
type command uint8

const (
	cmdNewService command = iota + 1
	cmdSetService
	cmdDelService
	cmdGetService
	cmdNewDest
	cmdSetDest
	cmdDelDest
	cmdGetDest
	cmdNewDaemon
	cmdDelDaemon
	cmdGetDaemon
	cmdSetConfig
	cmdGetConfig
	cmdSetInfo
	cmdGetInfo
	cmdZero
	cmdFlush
)

// IPVS_CMD_ATTR_*, the first level.
const (
	attrService uint16 = iota + 1
	attrDest
	attrDaemon
	attrTimeoutTCP
	attrTimeoutTCPFin
	attrTimeoutUDP
)

// IPVS_SVC_ATTR_*, inside attrService.
const (
	svcFamily uint16 = iota + 1
	svcProtocol
	svcAddr
	svcPort
	svcFWMark
	svcScheduler
	svcFlags
	svcTimeout
	svcNetmask
	svcStats
	svcEngine
	svcStats64
)

// IPVS_DEST_ATTR_*, inside attrDest.
const (
	destAddr uint16 = iota + 1
	destPort
	destForward
	destWeight
	destUpper
	destLower
	destActive
	destInactive
	destPersistent
	destStats
	destFamily
	destStats64
	destTunnelType
	destTunnelPort
	destTunnelFlags
)

// IPVS_DAEMON_ATTR_*, inside attrDaemon.
const (
	daemonState uint16 = iota + 1
	daemonInterface
	daemonSyncID
	daemonMaxLen
	daemonGroup
	daemonGroup6
	daemonPort
	daemonTTL
)

// IPVS_STATS_ATTR_*, inside the four attributes of statistics.
const (
	statsConnections uint16 = iota + 1
	statsInPackets
	statsOutPackets
	statsInBytes
	statsOutBytes
	statsConnectionRate
	statsInPacketRate
	statsOutPacketRate
	statsInByteRate
	statsOutByteRate
)

// IPVS_INFO_ATTR_*, the first level of the answer to cmdGetInfo.
const (
	infoVersion uint16 = iota + 1
	infoConnTableSize
)

// maxName is IP_VS_SCHEDNAME_MAXLEN, IP_VS_PENAME_MAXLEN and
// IP_VS_IFNAME_MAXLEN, all 16 bytes with the closing NUL.
const maxName = 15
