import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foldedRegistryMatch, registryMatchExpression, registryMatchProblem } from './registry-match.ts';

/** The pattern of the rule, as API servers read it out of the expression. */
const pattern = new RegExp(/'(.*)'/.exec(registryMatchExpression)?.[1]?.replaceAll('\\\\', '\\') ?? '$.');

for (const [match, folded] of [
  ['ghcr.io', 'ghcr.io'],
  ['ghcr.io/acme', 'ghcr.io/acme'],
  ['ghcr.io/acme/', 'ghcr.io/acme'],
  ['GHCR.io/acme', 'ghcr.io/acme'],
  ['https://ghcr.io/v2/acme', 'ghcr.io/acme'],
  ['http://reg.example.com:5000', 'reg.example.com:5000'],
  ['*.example.com', '*.example.com'],
  ['reg-*.example.com/a_b/c-d', 'reg-*.example.com/a_b/c-d'],
  ['localhost', 'localhost'],
  ['localhost:5000/x', 'localhost:5000/x'],
  ['registry:5000', 'registry:5000'],
  ['[2001:db8::1]:5000/x', '[2001:db8::1]:5000/x'],
  ['docker.io/acme', 'docker.io/acme'],
  ['https://index.docker.io/v1/', 'docker.io'],
  ['https://index.docker.io/v1/acme', 'docker.io/acme'],
] as const) {
  test(`${match} names a registry`, () => {
    assert.equal(registryMatchProblem(match), undefined);
    assert.match(match, pattern);
    assert.equal(foldedRegistryMatch(match), folded);
  });
}

for (const [match, problem] of [
  ['', /empty/],
  ['x'.repeat(300), /at most 263 characters; it has 300/],
  ['oci://ghcr.io', /no scheme, or http:/],
  ['HTTPS://ghcr.io', /in lower case/],
  ['https://', /HOST/],
  ['https:///acme', /HOST/],
  ['user@ghcr.io', /user name or password/],
  ['https://user:sentinel@ghcr.io/acme', /user name or password/],
  ['acme', /must name a host/],
  ['acme/app', /must name a host/],
  ['ghcr.io:', /port from 1/],
  ['ghcr.io:0', /port from 1/],
  ['ghcr.io:65536', /port from 1/],
  ['ghcr.io:http', /port from 1/],
  ['ghcr..io', /HOST/],
  ['-ghcr.io', /HOST/],
  ['gh cr.io', /HOST/],
  ['ghcr_io.com', /HOST/],
  ['[::1]', /IPv6/],
  ['[ghcr.io]:5000', /HOST/],
  ['ghcr.io/*', /in the host only/],
  ['ghcr.io/Acme', /lower-case/],
  ['ghcr.io//acme', /lower-case/],
  ['ghcr.io/acme:1', /lower-case/],
  ['ghcr.io/acme@sha256:12', /lower-case/],
  ['ghcr.io?x', /HOST/],
] as const) {
  test(`${match.slice(0, 40)} names none`, () => {
    assert.match(registryMatchProblem(match) ?? '', problem);
    assert.doesNotMatch(registryMatchProblem(match) ?? '', /sentinel/);
  });
}
