package probe

import (
	"encoding/binary"
	"strconv"
)

// The two messages of grpc.health.v1, in protocol buffers, each behind gRPC's
// prefix: a byte that says whether it is compressed, and its length in 4.

// healthRequest is a HealthCheckRequest: field 1 is the service.
func healthRequest(service string) []byte {
	var message []byte
	if service != "" {
		message = append(message, 1<<3|2)
		message = binary.AppendUvarint(message, uint64(len(service)))
		message = append(message, service...)
	}
	b := binary.BigEndian.AppendUint32([]byte{0}, uint32(len(message)))
	return append(b, message...)
}

// parseHealth reads a HealthCheckResponse: field 1 is the status, which is 0
// when it is not there. Other fields are passed over.
func parseHealth(b []byte) (status uint64, ok bool) {
	if len(b) < 5 || b[0] != 0 || uint64(binary.BigEndian.Uint32(b[1:])) != uint64(len(b)-5) {
		return 0, false
	}
	for b = b[5:]; len(b) > 0; {
		key, n := binary.Uvarint(b)
		if n <= 0 {
			return 0, false
		}
		b = b[n:]
		skip := uint64(0)
		switch key & 7 {
		case 0: // a number
			value, n := binary.Uvarint(b)
			if n <= 0 {
				return 0, false
			}
			if skip = uint64(n); key>>3 == 1 {
				status = value
			}
		case 1:
			skip = 8
		case 2: // bytes
			length, n := binary.Uvarint(b)
			if n <= 0 || length > uint64(len(b)) {
				return 0, false
			}
			skip = uint64(n) + length
		case 5:
			skip = 4
		default:
			return 0, false
		}
		if skip > uint64(len(b)) {
			return 0, false
		}
		b = b[skip:]
	}
	return status, true
}

// healthName is a ServingStatus by its name.
func healthName(status uint64) string {
	names := []string{"UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"}
	if status < uint64(len(names)) {
		return names[status]
	}
	return "status " + strconv.FormatUint(status, 10)
}
