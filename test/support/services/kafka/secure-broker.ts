import type { Identity } from './certificates.ts'
import { CertificateAuthority } from './certificates.ts'
import { KafkaCluster } from './cluster.ts'

export interface User {
  readonly username: string
  readonly password: string
}

/** A broker that has to be convinced, and what convinces it. */
export interface SecureKafka {
  /** Without TLS and SASL, for a test's own preparations: who comes this way may do anything. */
  readonly brokers: readonly string[]
  readonly tls: readonly string[]
  /** Here the client needs a certificate too. */
  readonly mutualTls: readonly string[]
  readonly saslTls: readonly string[]
  readonly saslPlaintext: readonly string[]
  readonly ca: string
  readonly client: Identity
  /** By PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512 alike. */
  readonly user: User
  /** For OAUTHBEARER, in the name of that user. */
  token(secondsLeft?: number): string
}

const login = 'org.apache.kafka.common.security'
const mechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER']

export async function startSecureBroker(): Promise<SecureKafka> {
  const user = { username: 'alice', password: 'open sesame=7' }
  const authority = new CertificateAuthority('Headrace tests')
  const cluster = await KafkaCluster.start(1, {
    listeners: { TLS: 'SSL', MUTUAL: 'SSL', SASL_TLS: 'SASL_SSL', SASL: 'SASL_PLAINTEXT' },
    settings: {
      ...tlsSettings(authority),
      ...saslSettings(user),
      // Topics with rules for some are closed to others.
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'allow.everyone.if.no.acl.found': true,
      'super.users': 'User:ANONYMOUS',
    },
    format: mechanisms
      .filter(mechanism => mechanism.startsWith('SCRAM'))
      .flatMap(mechanism => ['--add-scram', scramRecord(mechanism, user)]),
  })
  return {
    brokers: cluster.brokers,
    tls: cluster.addresses('TLS'),
    mutualTls: cluster.addresses('MUTUAL'),
    saslTls: cluster.addresses('SASL_TLS'),
    saslPlaintext: cluster.addresses('SASL'),
    ca: authority.cert,
    client: authority.issue('client'),
    user,
    token: (secondsLeft = 3600) =>
      unsecuredToken({ sub: user.username, exp: Math.floor(Date.now() / 1000) + secondsLeft }),
  }
}

function tlsSettings(authority: CertificateAuthority): Record<string, string> {
  const { cert, key } = authority.issue('localhost')
  return {
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.certificate.chain': cert,
    'ssl.keystore.key': key,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.certificates': authority.cert,
    'listener.name.mutual.ssl.client.auth': 'required',
  }
}

function saslSettings({ username, password }: User): Record<string, string> {
  const settings: Record<string, string> = { 'sasl.enabled.mechanisms': mechanisms.join() }
  for (const listener of ['sasl', 'sasl_tls']) {
    const prefix = `listener.name.${listener}`
    settings[`${prefix}.plain.sasl.jaas.config`] =
      `${login}.plain.PlainLoginModule required user_${username}="${password}";`
    for (const scram of ['scram-sha-256', 'scram-sha-512']) {
      settings[`${prefix}.${scram}.sasl.jaas.config`] = `${login}.scram.ScramLoginModule required;`
    }
    settings[`${prefix}.oauthbearer.sasl.jaas.config`] =
      `${login}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";`
  }
  return settings
}

function scramRecord(mechanism: string, { username, password }: User): string {
  return `${mechanism}=[name=${username},password=${password}]`
}

/** Without a signature: the broker believes it, as far as it is not expired. */
function unsecuredToken(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'none' })}.${part(claims)}.`
}
