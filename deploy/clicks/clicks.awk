# Clicks as `user|json`: `rate` of them every second, for so many `seconds`, or for ever.
# Some come a little late, one in five hundred far too late; one in ten is a bot's.
BEGIN {
  srand()
  for (second = 0; seconds == 0 || second < seconds; second++) {
    "date +%s" | getline now
    close("date +%s")
    for (i = 0; i < rate; i++) print click(now, i)
    fflush()
    if (second + 1 != seconds) system("sleep 1")
  }
}

function click(now, i,    user, age, share, kind, value) {
  user = int(10000 * rand() * rand() * rand())
  age = int(1000 * rand())
  if (rand() < 0.002) age += int(60000 * rand())
  share = rand()
  kind = share < 0.65 ? "view" : share < 0.8 ? "cart" : share < 0.9 ? "purchase" : "bot"
  value = kind == "purchase" ? int(10000 * rand()) / 100 : 0
  return sprintf("%d|{\"ts\":%.0f,\"user\":%d,\"value\":%.2f,\"kind\":\"%s\"}", user, now * 1000 + i * 1000 / rate - age, user, value, kind)
}
