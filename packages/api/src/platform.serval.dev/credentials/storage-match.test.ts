import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foldedStorageMatch, storageMatchExpression, storageMatchProblem } from './storage-match.ts';

/** The pattern of the rule, as API servers read it out of the expression. */
const pattern = new RegExp(/'(.*)'/.exec(storageMatchExpression)?.[1]?.replaceAll('\\\\', '\\') ?? '$.');

for (const [match, folded = match] of [
  ['s3://models'],
  ['s3://models/', 's3://models'],
  ['s3://models/fraud/v1'],
  ['gs://models'],
  ['hf://acme/model@main'],
  ['https://example.com:8443/models'],
  ['https://account.blob.core.windows.net/container'],
  ['git+https://example.com/repo'],
  ['https://EXAMPLE.com:443/m/', 'https://example.com/m'],
  ['https://account.dfs.core.windows.net/container', 'https://account.blob.core.windows.net/container'],
  ['webhdfs://nn:9870/x', 'hdfs://nn:9870/x'],
  ['hf://Acme/model:main', 'hf://acme/model@main'],
] as const) {
  test(`${match} is a prefix of addresses`, () => {
    assert.equal(storageMatchProblem(match), undefined);
    assert.match(match, pattern);
    assert.equal(foldedStorageMatch(match), folded);
  });
}

for (const [match, problem] of [
  ['', /empty/],
  [`s3://${'x'.repeat(600)}`, /at most 512/],
  ['models', /SCHEME/],
  ['S3://models', /SCHEME/],
  ['s3://', /SCHEME/],
  ['s3:///models', /SCHEME/],
  ['s3://models-*', /no \*/],
  ['s3://models/*/fraud', /no \*/],
  ['https://user:sentinel@example.com', /user name or password/],
  ['https://example.com?token=sentinel', /SCHEME/],
  ['s3://models/#a', /SCHEME/],
  ['s3://mod els', /SCHEME/],
  ['oci://ghcr.io/acme', /registryCredentials/],
  ['pvc://models', /pvc/],
  ['s3://models/../other', /no "."/],
  ['file:///models', /SCHEME/],
  ['file://host/models', /file/],
] as const) {
  test(`${match.slice(0, 40)} is none`, () => {
    assert.match(storageMatchProblem(match) ?? '', problem);
    assert.doesNotMatch(storageMatchProblem(match) ?? '', /sentinel/);
  });
}
