# Broker and gateway, as their units start them; both end with this script.
set -e
ip link set lo up
config=/etc/anaquel/config.toml
shop() { (cd /etc/anaquel && runuser -u anaquel -- anaquel "$@" --config $config); }
install -d -o mosquitto -g mosquitto /run/mosquitto
runuser -u mosquitto -- mosquitto -c /etc/mosquitto/mosquitto.conf >/tmp/broker.log 2>&1 &
(cd /etc/anaquel && exec runuser -u anaquel -- anaquel run --config $config) >/tmp/gateway.log 2>&1 &
ready() { python3 -c 'import urllib.request as u; u.urlopen("http://127.0.0.1:8083/readyz")' 2>/dev/null; }
tries=0
until ready; do
	tries=$((tries + 1))
	[ $tries -lt 600 ] || { cat /tmp/broker.log /tmp/gateway.log >&2; exit 1; }
	sleep 0.2
done
