package metrics

// What is always told.
var (
	up           = gauge(Always, "pacu_up", "Whether pulse answered lvsgui: 1, or 0 when it is not running, hangs, or may not be asked.")
	buildInfo    = gauge(Always, "pacu_build_info", "Always 1; the version of lvsgui.", "version")
	askSeconds   = gauge(Always, "pacu_snapshot_duration_seconds", "How long pulse took for the state that this scrape tells.")
	ageSeconds   = gauge(Always, "pacu_snapshot_age_seconds", "How old the state is that this scrape tells.")
	logins       = counter(Always, "pacu_console_logins_total", "Logins to the console since lvsgui's start; failed ones are those with a wrong password or one-time code.", "result")
	certificate  = gauge(Always, "pacu_console_certificate_end_timestamp_seconds", "When the console's certificate ends, in seconds since 1970; lvsgui renews its own in time. Absent without TLS.")
	loginResults = []string{"done", "failed"}
)

// This router.
var (
	pulseInfo   = gauge(Router, "pacu_pulse_info", "Always 1; the version of pulse, and the router's name.", "hostname", "version")
	pulsePid    = gauge(Router, "pacu_pulse_pid", "The process number of pulse.")
	startTime   = gauge(Router, "pacu_start_time_seconds", "When pulse was started, in seconds since 1970.")
	role        = gauge(Router, "pacu_router_role", "1 for the role that lvs.cf gives this router, 0 for the other.", "role")
	state       = gauge(Router, "pacu_router_state", "1 for the state of this router, 0 for the other: the active one serves.", "state")
	stateTime   = gauge(Router, "pacu_router_state_timestamp_seconds", "Since when the router is in its state, in seconds since 1970.")
	changing    = gauge(Router, "pacu_router_changing", "Whether a change of role is under way.")
	faults      = gauge(Router, "pacu_router_faults", "How many faults make this router unfit to serve.")
	held        = gauge(Router, "pacu_router_held", "Whether an operator keeps this router from taking over (pulse hold on).")
	blind       = gauge(Router, "pacu_router_blind", "Whether this router's probes reach no real server while the partner's do.")
	keyed       = gauge(Router, "pacu_router_heartbeats_authenticated", "Whether the heartbeats of this router are signed with a key.")
	keepalive   = gauge(Router, "pacu_router_keepalive_seconds", "The time between heartbeats, of lvs.cf.")
	deadtime    = gauge(Router, "pacu_router_deadtime_seconds", "After how long without a heartbeat the partner is taken to be dead, of lvs.cf.")
	takeovers   = counter(Router, "pacu_takeovers_total", "Changes of this router's role since pulse's start, by what it became.", "to")
	linkUp      = gauge(Router, "pacu_link_up", "Whether a watched network interface is up (monitor_links = 1).", "link")
	witnessUp   = gauge(Router, "pacu_witness_up", "Whether a witness of the network answers.", "how", "witness")
	scriptUp    = gauge(Router, "pacu_script_up", "Whether a track_script last succeeded.", "script")
	scriptTook  = gauge(Router, "pacu_script_duration_seconds", "How long a track_script last took.", "script")
	failoverUp  = gauge(Router, "pacu_failover_up", "Whether a service that the routers themselves run answers here (service = fos).", "failover")
	addressWant = gauge(Router, "pacu_address_wanted", "Whether this router is meant to hold a floating address now.", "address", "device")
	addressHeld = gauge(Router, "pacu_address_held", "Whether this router's kernel holds a floating address.", "address", "device")
)

// The partner and the heartbeats; nothing where lvs.cf has no backup router.
var (
	partnerState   = gauge(Router, "pacu_partner_state", "1 for the state of the other router as its heartbeats show it, 0 for the others.", "state")
	partnerTime    = gauge(Router, "pacu_partner_state_timestamp_seconds", "Since when the partner is in its state, in seconds since 1970.")
	partnerFaults  = gauge(Router, "pacu_partner_faults", "How many faults make the partner unfit to serve; only authenticated heartbeats tell.")
	partnerHeld    = gauge(Router, "pacu_partner_held", "Whether an operator keeps the partner from taking over; only authenticated heartbeats tell.")
	partnerDeaf    = gauge(Router, "pacu_partner_deaf", "Whether the partner does not hear this router; only authenticated heartbeats tell.")
	partnerDiffers = gauge(Router, "pacu_partner_config_differs", "Whether the partner's lvs.cf has other bytes than this router's; only authenticated heartbeats tell.")
	partnerUp      = gauge(Router, "pacu_partner_servers_up", "How many real servers the partner's probes reach; only authenticated heartbeats tell.")
	partnerServers = gauge(Router, "pacu_partner_servers", "How many real servers the partner probes; only authenticated heartbeats tell.")

	beatsSent    = counter(Router, "pacu_heartbeats_sent_total", "Heartbeats sent since the path was opened.", "path")
	beatsHeard   = counter(Router, "pacu_heartbeats_heard_total", "Heartbeats of the partner heard since the path was opened.", "path")
	beatsDropped = counter(Router, "pacu_heartbeats_dropped_total", "Packets to the heartbeat port that were not the partner's heartbeat, by why.", "path", "reason")
	beatsAge     = gauge(Router, "pacu_heartbeat_age_seconds", "How long ago the path last carried a heartbeat of the partner; absent before the first.", "path")
	pathSilent   = gauge(Router, "pacu_heartbeat_path_silent", "Whether the path has carried nothing for deadtime.", "path")
	pathError    = gauge(Router, "pacu_heartbeat_path_error", "Whether the last heartbeat could not be sent.", "path")
)

// Lvs.cf, and what became of it in the kernel.
var (
	configInfo    = gauge(Router, "pacu_config_info", "Always 1; the way of forwarding, and the beginning of the SHA-256 of the lvs.cf in use, which two routers of a pair should share.", "network", "sha256")
	configSerial  = gauge(Router, "pacu_config_serial", "The serial_no of the lvs.cf in use.")
	configTime    = gauge(Router, "pacu_config_loaded_timestamp_seconds", "When the lvs.cf in use was read, in seconds since 1970.")
	configRefused = gauge(Router, "pacu_config_refused", "Whether the lvs.cf on disk was refused at the last reload.")
	reloads       = counter(Router, "pacu_reloads_total", "Reloads of lvs.cf since pulse's start: used; partial, when the kernel refused some of it; refused.", "result")
	repairs       = counter(Router, "pacu_drift_repairs_total", "What others changed in the kernel and pulse put right, since pulse's start.")
	repairTime    = gauge(Router, "pacu_drift_last_repair_timestamp_seconds", "When pulse last put something right, in seconds since 1970; absent when it never did.")
	degraded      = gauge(Router, "pacu_degraded", "How many parts of lvs.cf the kernel refuses.")
	troubles      = gauge(Router, "pacu_troubles", "How many things are wrong now, as pulse status lists them.")
	syncRunning   = gauge(Router, "pacu_sync_running", "Whether the kernel's connection sync runs in the role it should have; absent without syncdaemon = 1.")
	syncHere      = gauge(Router, "pacu_sync_connections", "Connections in this kernel's table, of which the sync tells the partner's or learns; absent without syncdaemon = 1.")
	syncThere     = gauge(Router, "pacu_sync_partner_connections", "Connections in the partner's table, as its heartbeats say; absent without syncdaemon = 1.")
	tableBuckets  = gauge(Router, "pacu_table_buckets", "The size of the kernel's connection table.")
	tableEntries  = gauge(Router, "pacu_table_connections", "Connections in the kernel's table, of the services shown.")
	netlink       = counter(Router, "pacu_netlink_messages_total", "Messages that pulse sent to the kernel's IPVS, those that only read included.")
)

// Services, each named by its key, as ipvsadm would, and its name in lvs.cf.
var (
	serviceLabels = []string{"service", "virtual"}

	serviceUp       = gauge(Services, "pacu_service_servers_up", "Real servers of the service that get connections.", serviceLabels...)
	serviceServers  = gauge(Services, "pacu_service_servers", "Real servers that lvs.cf lists for the service, inactive ones left out.", serviceLabels...)
	serviceDown     = gauge(Services, "pacu_service_servers_down", "Real servers of the service whose probes fail.", serviceLabels...)
	serviceUntried  = gauge(Services, "pacu_service_servers_untried", "Real servers of the service without a verdict yet.", serviceLabels...)
	serviceDrained  = gauge(Services, "pacu_service_servers_drained", "Real servers of the service that are drained by hand.", serviceLabels...)
	serviceQuorum   = gauge(Services, "pacu_service_quorum", "How many real servers must be up lest the sorry server serves; absent without one.", serviceLabels...)
	serviceSorry    = gauge(Services, "pacu_service_sorry", "Whether the sorry server serves.", serviceLabels...)
	serviceKernel   = gauge(Services, "pacu_service_in_kernel", "Whether the kernel has the service: the active router's does.", serviceLabels...)
	serviceForeign  = gauge(Services, "pacu_service_foreign", "Whether the service is in the kernel but in no lvs.cf.", serviceLabels...)
	serviceActive   = gauge(Services, "pacu_service_active_connections", "Open connections to the service's real servers.", serviceLabels...)
	serviceInactive = gauge(Services, "pacu_service_inactive_connections", "Connections in the table that are not open (yet, or any more).", serviceLabels...)
	serviceConns    = counter(Services, "pacu_service_connections_total", "Connections to the service since the kernel has it.", serviceLabels...)
	servicePackets  = counter(Services, "pacu_service_packets_total", "Packets of the service by direction; out is seen where answers come back through the router.", "direction", "service", "virtual")
	serviceBytes    = counter(Services, "pacu_service_bytes_total", "Bytes of the service by direction; out is seen where answers come back through the router.", "direction", "service", "virtual")
)

// Servers, each named by address and port, and its name in lvs.cf.
var (
	serverLabels = []string{"name", "server", "service", "virtual"}

	serverUp       = gauge(Servers, "pacu_server_up", "Whether the probes of the real server succeed; absent without a verdict, and for inactive ones.", serverLabels...)
	serverWeight   = gauge(Servers, "pacu_server_weight", "The weight that lvs.cf gives the real server.", serverLabels...)
	serverKernel   = gauge(Servers, "pacu_server_kernel_weight", "The weight in the kernel: 0 gets no new connections; absent when the kernel does not have the server.", serverLabels...)
	serverActive   = gauge(Servers, "pacu_server_active_connections", "Open connections to the real server.", serverLabels...)
	serverInactive = gauge(Servers, "pacu_server_inactive_connections", "Connections in the table that are not open (yet, or any more).", serverLabels...)
	serverDrained  = gauge(Servers, "pacu_server_drained", "Whether the real server is drained by hand.", serverLabels...)
	serverForced   = gauge(Servers, "pacu_server_forced", "1 while an operator overrules the probes of the real server; absent else.", "name", "server", "service", "to", "virtual")
	serverConns    = counter(Servers, "pacu_server_connections_total", "Connections to the real server since the kernel has it.", serverLabels...)
	serverPackets  = counter(Servers, "pacu_server_packets_total", "Packets of the real server by direction; out is seen where answers come back through the router.", "direction", "name", "server", "service", "virtual")
	serverBytes    = counter(Servers, "pacu_server_bytes_total", "Bytes of the real server by direction; out is seen where answers come back through the router.", "direction", "name", "server", "service", "virtual")
	probeLast      = gauge(Servers, "pacu_server_probe_last_duration_seconds", "How long the last probe of the real server took; absent before the first.", serverLabels...)
	probeSeconds   = counter(Servers, "pacu_server_probe_seconds_total", "How long all probes of the real server took together, since pulse's start or since lvs.cf has the server.", serverLabels...)
	probes         = counter(Servers, "pacu_server_probes_total", "Probes of the real server by result, since pulse's start or since lvs.cf has the server; cut are those that failed for a fault of this router.", "name", "result", "server", "service", "virtual")
)

// Nannies, each named by the lowest of the addresses it watches.
var (
	nannyUp       = gauge(Nannies, "pacu_nanny_up", "Whether the nanny, which probes real servers, is running.", "nanny")
	nannyServers  = gauge(Nannies, "pacu_nanny_servers", "How many addresses of real servers the nanny watches.", "nanny")
	nannyRestarts = counter(Nannies, "pacu_nanny_restarts_total", "How often pulse had to start the nanny again.", "nanny")
)
