import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KafkaConfig, SASLOptions } from 'kafkajs'
import { Kafka, logLevel } from 'kafkajs'
import { kafka } from './kafka.ts'

test('each listener lets in who knows the secret, and nobody else', async () => {
  const secure = await kafka({ secure: true })
  const { user, ca, client } = secure
  const wrong = { ...user, password: 'wrong' }
  const oauth = (secondsLeft?: number): SASLOptions => ({
    mechanism: 'oauthbearer',
    oauthBearerProvider: async () => ({ value: secure.token(secondsLeft) }),
  })
  const ssl = { ca }

  await getsIn({ brokers: [...secure.tls], ssl })
  await getsIn({ brokers: [...secure.mutualTls], ssl: { ca, ...client } })
  await isRefused({ brokers: [...secure.mutualTls], ssl })
  await isRefused({ brokers: [...secure.saslTls], ssl })
  for (const at of [{ brokers: [...secure.saslTls], ssl }, { brokers: [...secure.saslPlaintext] }]) {
    for (const mechanism of ['plain', 'scram-sha-256', 'scram-sha-512'] as const) {
      await getsIn({ ...at, sasl: { mechanism, ...user } as SASLOptions })
      await isRefused({ ...at, sasl: { mechanism, ...wrong } as SASLOptions })
    }
    await getsIn({ ...at, sasl: oauth() })
    await isRefused({ ...at, sasl: oauth(-60) })
  }
})

async function getsIn(config: KafkaConfig): Promise<void> {
  const admin = new Kafka({ ...config, logLevel: logLevel.NOTHING, retry: { retries: 0 } }).admin()
  await admin.connect()
  await admin.listTopics()
  await admin.disconnect()
}

async function isRefused(config: KafkaConfig): Promise<void> {
  await assert.rejects(getsIn(config))
}
