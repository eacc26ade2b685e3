import { InfluxServer } from './influx/server.ts'
import { KafkaCluster } from './kafka/cluster.ts'
import { javaWithKafka } from './kafka/java.ts'
import { kafkaProgram } from './kafka/program.ts'
import { MissingError, sayMissing } from './missing.ts'
import { onnxPython } from './onnx/python.ts'
import { arrowPython } from './python/pyarrow.ts'
import { RedisServer } from './redis/server.ts'
import { apicurioFiles } from './registry/apicurio.ts'

/** Runs before the whole suite, in the runner's process: its environment tells the test processes of the servers. */
export async function globalSetup(): Promise<void> {
  await provide('Java', javaWithKafka)
  await provide('Kafka cluster', kafkaProgram)
  if (!process.env.KAFKA_BROKERS) await provide('Kafka', startKafka)
  if (!process.env.INFLUX_URL) await provide('InfluxDB', startInflux)
  if (!process.env.REDIS_URL) await provide('Redis', startRedis)
  await provide('ONNX checker', onnxPython)
  await provide('Table reader', arrowPython)
  // Started where it is needed; fetched here, where no test's time runs.
  await provide('Registry', apicurioFiles)
}

async function startKafka(): Promise<void> {
  const { brokers } = await KafkaCluster.start(1)
  process.env.KAFKA_BROKERS = brokers.join()
}

async function startInflux(): Promise<void> {
  const { url, token, org } = await InfluxServer.start()
  Object.assign(process.env, { INFLUX_URL: url, INFLUX_TOKEN: token, INFLUX_ORG: org })
}

async function startRedis(): Promise<void> {
  process.env.REDIS_URL = (await RedisServer.start()).url
}

async function provide(server: string, start: () => Promise<unknown>): Promise<void> {
  try {
    await start()
  } catch (error) {
    if (!(error instanceof MissingError)) throw error
    sayMissing(server, error.message)
  }
}
