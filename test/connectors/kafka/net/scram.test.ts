import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Scram } from '../../../../connectors/kafka/net/sasl/scram.ts'
import { coded } from '../../../support/kafka-failures.ts'

const encode = (text: string) => new TextEncoder().encode(text)
const decode = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes)

/** RFC 7677, section 3: the exchange of RFC 5802 with SHA-256. */
const rfc7677 = {
  nonce: 'rOprNGfwEbeRWgbNEkqO',
  clientFirst: 'n,,n=user,r=rOprNGfwEbeRWgbNEkqO',
  serverFirst: 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
  clientFinal:
    'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
  serverFinal: 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
}

async function untilProof(): Promise<Scram> {
  const scram = new Scram('sha256', 'user', 'pencil', rfc7677.nonce)
  assert.equal(decode(await scram.first()), rfc7677.clientFirst)
  assert.equal(decode(await scram.next(encode(rfc7677.serverFirst))), rfc7677.clientFinal)
  return scram
}

describe('SCRAM', () => {
  test("the exchange of RFC 7677's example", async () => {
    const scram = await untilProof()
    assert.equal(await scram.next(encode(rfc7677.serverFinal)), undefined)
  })

  for (const [what, final] of [
    ['another signature', `v=7${rfc7677.serverFinal.slice(3)}`],
    ['a short signature', 'v=6rri'],
    ['no signature', ''],
    ['an error', 'e=other-error'],
  ]) {
    test(`a broker that does not know the password: ${what}`, async () => {
      const scram = await untilProof()
      await assert.rejects(scram.next(encode(final)), coded('HR_KAFKA_AUTH', /has not shown that it knows/))
    })
  }

  for (const [what, first, reason] of [
    ['a nonce of its own', 'r=abc,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096', /nonce does not extend ours/],
    ['our nonce alone', `r=${rfc7677.nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`, /nonce does not extend ours/],
    ['few rounds', `r=${rfc7677.nonce}x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4095`, /asks for 4095 rounds/],
    ['endless rounds', `r=${rfc7677.nonce}x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=2000000000`, /asks for 2000000000/],
    ['no rounds', `r=${rfc7677.nonce}x,s=W22ZaJ0SNY7soEsUEjb6gQ==`, /asks for {2}rounds/],
  ] as const) {
    test(`a broker that begins with ${what}`, async () => {
      const scram = new Scram('sha256', 'user', 'pencil', rfc7677.nonce)
      await assert.rejects(scram.next(encode(first)), coded('HR_KAFKA_AUTH', reason))
    })
  }

  test('names may hold what separates fields', async () => {
    const scram = new Scram('sha512', 'a=b,c', 'pencil', 'nonce')
    assert.equal(decode(await scram.first()), 'n,,n=a=3Db=2Cc,r=nonce')
  })

  test('each exchange has a nonce of its own', async () => {
    const firsts = [new Scram('sha256', 'user', 'pencil'), new Scram('sha256', 'user', 'pencil')]
    const [one, other] = await Promise.all(firsts.map(async scram => decode(await scram.first())))
    assert.notEqual(one, other)
  })
})
