# Who gets in at the broker, and what they reach there.
echo "set-up file: $(grep -o -m 1 'http[^ ]*' /var/lib/anaquel/set-up.txt)"
echo "set-up screen: $(script -qec 'agetty --show-issue' /dev/null | grep -o -m 1 'http[^ ]*')"
echo "broker nobody: $(mosquitto_pub -h 127.0.0.1 -t x -m y 2>&1 | head -n 1)"

mosquitto_passwd -b /etc/mosquitto/anaquel.passwd shelf-1 secret-1
mosquitto_passwd -b /etc/mosquitto/anaquel.passwd shelf-2 secret-2
pkill -HUP mosquitto
tls="-h anaquel.local -p 8883 --cafile /etc/mosquitto/certs/anaquel.pem"
echo "127.0.0.1 anaquel.local" >>/etc/hosts
label() { name=$1; shift; mosquitto_pub $tls -u "$name" -P "secret-${name#shelf-}" -q 1 "$@"; }
until label shelf-1 -t anaquel/v1/s042/label/shelf-1/presence -m hello 2>/dev/null; do sleep 0.1; done
echo "broker shelf-1 over TLS: let in"

heard() { mosquitto_sub -h 127.0.0.1 -u gateway -P "$(cat /etc/anaquel/shop.password)" -q 1 -C 1 -W "$1" -t "anaquel/v1/s042/label/$2/+"; }
label shelf-1 -r -t anaquel/v1/s042/label/shelf-1/presence -m hello
echo "broker gateway hears shelf-1: $(heard 20 shelf-1)"
label shelf-1 -r -t anaquel/v1/s042/label/shelf-2/presence -m hello || true
echo "broker shelf-1 on shelf-2: $(heard 2 shelf-2 2>/dev/null || echo nothing came)"
shop device add till-1 >/dev/null
