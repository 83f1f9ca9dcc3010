import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseStorageScope, scopeContains } from './storage-scope.ts';

/** Each line: addresses of one store, the scope in front, those below it, `|`, and those that are not below it. */
for (const line of [
  's3://models: s3://models s3://models/ s3://models/a s3:////models//a | s3://models-b gs://models s3://Models',
  's3://models/fraud: s3://models/fraud s3://models/fraud/v1 s3://models//fraud/ | s3://models s3://models/fraud-b s3://models/x/fraud s3://models/x//fraud',
  's3://models/a%20b: s3://models/a%20b/x | s3://models/a',
  'gs://models/x: gs://models/x/y | s3://models/x gs://models',
  'hf://acme: hf://acme/model hf://Acme/model@main hf://acme/model:v1 | hf://acme2/model',
  'hf://acme/model: hf://acme/model@main hf://acme/model:refs/pr/1 hf://acme/model | hf://acme/model-b hf://acme/other@main',
  'hf://acme/model@main: hf://acme/model:main | hf://acme/model hf://acme/model@v2',
  'https://example.com: https://example.com/a https://EXAMPLE.com:443/a https://u:p@example.com/a?b#c https://example.com./a | http://example.com https://example.com:8443 https://www.example.com',
  'https://example.com/models: https://example.com/models/a https://example.com/%6dodels/a https://example.com/x/../models | https://example.com/models/../a https://example.com/models-b https://example.com/models/%2e%2e/a',
  'http://example.com: http://example.com:80/a | https://example.com/a',
  'https://example.com:8443/m: https://example.com:8443/m/x | https://example.com/m',
  'https://git.example.com/acme/repo.git: https://git.example.com/acme/repo.git@v1//folder https://git.example.com/acme/repo.git/ | https://git.example.com/acme/repo.github https://git.example.com/acme/other.git',
  'https://git.example.com/acme: https://git.example.com/acme/repo.git@v1 | https://git.example.com/acme-b/repo.git',
  'https://models.blob.core.windows.net/c: abfss://c@models.dfs.core.windows.net/x https://models-secondary.blob.core.windows.net/c/x https://models.z01.blob.storage.azure.net/c | https://models.blob.core.windows.net/d https://models.file.core.windows.net/c https://models2.blob.core.windows.net/c',
  'https://models.file.core.windows.net/s: https://models.file.core.windows.net/s/x | https://models.blob.core.windows.net/s',
  'https://models.blob.core.usgovcloudapi.net: https://models.blob.core.usgovcloudapi.net/c | https://models.blob.core.windows.net/c',
  'hdfs://user/me: webhdfs://user/me/m hdfs:///user/me swebhdfs://user/me | hdfs://user/you hdfs://user',
  'webhdfs://nn:9870: hdfs://nn:9870/x | hdfs://nn/x',
  'vault://secrets/a: vault://secrets/a/b VAULT://secrets/a | vault://secrets vault2://secrets/a',
]) {
  const [scope = '', rest = ''] = line.split(/: (.*)/);
  const [below = [], beside = []] = rest.split('|').map((part) => part.trim().split(' '));
  test(`${scope} and what is below it`, () => {
    const contains = (address: string) => {
      const [own, other] = [parseStorageScope(scope), parseStorageScope(address)];
      assert.ok(own && other, address);
      return scopeContains(own, other);
    };
    for (const address of below) assert.ok(contains(address), address);
    for (const address of beside) assert.ok(!contains(address), address);
  });
}

for (const address of [
  '',
  'models',
  '/mnt/models',
  'pvc://claim/x',
  'file:///x',
  'oci://ghcr.io/acme/model',
  's3://',
  's3:///',
  's3://models/../other',
  's3://models/./x',
  'hf://acme/../other',
  'hdfs://user/../x',
  'https://',
  'abfss://c@nothing.example.com/x',
]) {
  test(`${address || 'nothing'} leads to no store`, () => assert.equal(parseStorageScope(address), undefined));
}

test('one account, one host: other services and schemes are the same store, though no credential is for both', () => {
  for (const [one, other] of [
    ['https://models.blob.core.windows.net/a', 'https://models.file.core.windows.net/b'],
    ['abfs://c@models.dfs.core.windows.net', 'https://models.dfs.core.windows.net/x'],
    ['http://example.com/a', 'https://example.com/b'],
  ] as const) {
    assert.equal(parseStorageScope(one)?.store, parseStorageScope(other)?.store);
  }
});
