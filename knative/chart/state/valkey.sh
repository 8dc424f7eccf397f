#!/bin/sh
# Starts a Valkey or a sentinel of a pod, or lets another lead before the pod stops: valkey.sh valkey|sentinel|stop.
# NAME and DOMAIN say how the pods are called, MEMBERS how many there are, PASSWORD is of them all.
set -eu
export REDISCLI_AUTH="$PASSWORD"
me=$HOSTNAME.$DOMAIN
folder=/run/valkey

sentinel() { # sentinel HOST WORD...
  host=$1
  shift
  timeout 2 valkey-cli -h "$host" -p 26379 sentinel "$@" 2>/dev/null || true
}

# What the sentinels of the other pods say: whom they call the primary, and how many replicas it has. Nothing where none answers.
ask() {
  leader=
  replicas=0
  i=0
  while [ "$i" -lt "$MEMBERS" ]; do
    other=$NAME-$i.$DOMAIN
    i=$((i + 1))
    [ "$other" != "$me" ] || continue
    found=$(sentinel "$other" get-master-addr-by-name mymaster | head -n 1)
    case $found in
      "$NAME"-*)
        leader=$found
        replicas=$(sentinel "$other" master mymaster | grep -A 1 -x num-slaves | tail -n 1)
        return ;;
    esac
  done
}

case $1 in
  valkey)
    ask
    # A primary that was killed and is back before anybody missed it has nothing, and its replicas would throw away what they
    # have to be like it. So it waits until another leads, as long as the sentinels may take.
    waited=0
    while [ "$leader" = "$me" ] && [ "${replicas:-0}" -gt 0 ] && [ "$waited" -lt 30 ]; do
      sleep 1
      waited=$((waited + 1))
      ask
    done
    leader=${leader:-$NAME-0.$DOMAIN}
    umask 077
    {
      cat /etc/valkey/valkey.conf
      echo "requirepass \"$PASSWORD\""
      echo "masterauth \"$PASSWORD\""
      echo "replica-announce-ip $me"
      [ "$leader" = "$me" ] || echo "replicaof $leader 6379"
    } >$folder/valkey.conf
    exec valkey-server $folder/valkey.conf ;;
  sentinel)
    ask
    leader=${leader:-$NAME-0.$DOMAIN}
    umask 077
    {
      cat /etc/valkey/sentinel.conf
      # The same after a restart, so that the others do not count it twice.
      echo "sentinel myid $(printf %s "$me" | sha1sum | cut -c 1-40)"
      echo "sentinel announce-ip $me"
      echo "sentinel monitor mymaster $leader 6379 $QUORUM"
      sed 's/^/sentinel /' /etc/valkey/mymaster.conf
      echo "sentinel auth-pass mymaster \"$PASSWORD\""
      echo "requirepass \"$PASSWORD\""
      echo "sentinel sentinel-pass \"$PASSWORD\""
    } >$folder/sentinel.conf
    exec valkey-server $folder/sentinel.conf --sentinel ;;
  stop)
    [ "$(timeout 2 valkey-cli role | head -n 1)" = master ] || exit 0
    sentinel localhost failover mymaster
    waited=0
    while [ "$waited" -lt 10 ] && [ "$(timeout 2 valkey-cli role | head -n 1)" = master ]; do
      sleep 0.5
      waited=$((waited + 1))
    done ;;
esac
