#!/bin/sh
# Writes clicks to Kafka for ever, keyed by user.
set -eu
awk -v rate="$CLICKS_PER_SECOND" -f /clicks/clicks.awk |
  /opt/kafka/bin/kafka-console-producer.sh --bootstrap-server "$BROKERS" --topic clicks \
    --property parse.key=true --property 'key.separator=|'
