import { entry } from './entry.ts'

/** Codes that the servers answer with, or do not start for. Keep it sorted. */
export const serverCodes = {
  HR_RATE_LIMITED: entry(
    'data',
    'A caller has sent more requests than it may.',
    'Wait as long as Retry-After says, ask for many entities in one request, or raise serve.requestsPerSecond.',
    true,
  ),
  HR_REQUEST_INVALID: entry(
    'data',
    'A request is not one that the server takes: its JSON, a type, a header, or a field that is not known.',
    'The answer names what is wrong. /openapi.json has the requests that there are, /docs shows them.',
  ),
  HR_REQUEST_TIMEOUT: entry(
    'external',
    'What a server answers from has not answered in time.',
    'Send the request again; if it stays so, look at the store: its load, and the way there.',
    true,
  ),
  HR_REQUEST_TOO_LARGE: entry(
    'data',
    'A request has more bytes or more entities than the server takes.',
    'Send it in parts, or raise serverBodyBytes or serverEntities under limits in the configuration.',
  ),
  HR_ROUTE_UNKNOWN: entry(
    'data',
    'A server has nothing at this address, or not for this method.',
    '/openapi.json has the requests that there are, /docs shows them.',
  ),
  HR_SCOPE_MISSING: entry(
    'config',
    'A token is good, but not for what was asked.',
    'Give the token the scope that the answer names, under serve.tokens in the configuration.',
  ),
  HR_SERVER_ADDRESS: entry(
    'config',
    'A server cannot listen at its address.',
    'Choose another port with --port, or end what listens there.',
  ),
  HR_SERVER_BUSY: entry(
    'external',
    'A server has more requests under way than it takes at a time, or is about to end.',
    'Send the request again, to another server if there is one.',
    true,
  ),
  HR_TOKEN_REFUSED: entry(
    'config',
    'A request has no bearer token, or one that the server does not know.',
    'Send `Authorization: Bearer <token>` with a token whose hash is under serve.tokens; `headrace token new` makes one.',
  ),
} as const
