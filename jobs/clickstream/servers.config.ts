/**
 * The flagship on Kafka, Redis 8 and InfluxDB 2 of this machine. Secrets come from the environment:
 * HEADRACE_INFLUX_TOKEN, and HEADRACE_REDIS_PASSWORD where Redis wants one.
 */
export default {
  brokers: ['localhost:9092'],
  createTopics: true,
  redis: { url: 'redis://localhost:6379' },
  influx: { url: 'http://localhost:8086', org: 'headrace', bucket: 'headrace' },
  metrics: { series: '5s' },
  dataDir: '.headrace',
  commitMs: 50,
}
