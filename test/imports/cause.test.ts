import { expect, test } from 'vitest'
import { causeOf } from '../../src/imports/cause.ts'

test.each([
  ['HTTP', 'Request failed with status code 503', 'http_status', 503],
  ['HTTP', 'timeout of 48000ms exceeded', 'response_timeout', null],
  ['PORT', 'connect ETIMEDOUT 10.0.0.1:443', 'connect_timeout', null],
  ['PORT', 'connect ECONNREFUSED 10.0.0.1:443', 'connect_refused', null],
  ['PING', 'PING 10.0.0.7: 56 data bytes', 'ping_timeout', null],
  ['HTTP', 'getaddrinfo ENOTFOUND shop.example', 'dns_nxdomain', null],
  ['HTTP', 'getaddrinfo EAI_AGAIN shop.example', 'dns_timeout', null],
  ['HTTP', 'certificate has expired', 'tls_expired', null],
  ['HTTP', 'self-signed certificate', 'tls_self_signed', null],
  ['HTTP', 'unable to verify the first certificate', 'tls_untrusted', null],
  ['HTTP', 'Maximum number of redirects exceeded', 'too_many_redirects', null],
  ['HTTP', '200 - OK, but keyword is not in [status 500]', 'body_missing', null],
  ['HTTP', '200 - OK, but keyword is in [oops]', 'body_forbidden', null],
  [
    'API',
    '200 - OK, but value is not equal to expected value, value was: [5]',
    'json_assertion',
    null,
  ],
  ['HTTP', 'something else', 'http_protocol', null],
])('%s: %s is %s', (type, said, code, httpStatus) => {
  expect(causeOf(type, said)).toEqual({ code, message: said, httpStatus })
})

test('what was said is made harmless, and nothing said is said to be nothing', () => {
  expect(causeOf('HTTP', ' \n')).toMatchObject({ message: 'no reason was kept' })
  expect(causeOf('HTTP', `a\u001B[31m\n${'x'.repeat(900)}`).message).toMatch(/^a\[31m x+…$/)
})
