import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseStorageScope } from '@serval/api';
import { azureLocationFrom, isAzureUri } from '../../packages/storage/src/azure/location.ts';
import { isGitUri, parseGitUri } from '../../packages/storage/src/git/uri.ts';
import { providerFor } from '../../packages/storage/src/providers/registry.ts';

/** What the storage initializer reads, by the kind of store whose credentials it then reads with; undefined for what needs none of these. */
for (const [uri, kind] of [
  ['s3://bucket/key', 's3'],
  ['gs://bucket/name', 'gs'],
  ['hf://owner/model@main', 'hf'],
  ['hdfs://user/model', 'hdfs'],
  ['webhdfs://host:9870/model', 'hdfs'],
  ['swebhdfs://host:9871/model', 'hdfs'],
  ['https://account.blob.core.windows.net/container/x', 'azure'],
  ['https://account.file.core.chinacloudapi.cn/share/x', 'azure'],
  ['https://account.z12.blob.storage.azure.net/container', 'azure'],
  ['abfs://container@account.dfs.core.usgovcloudapi.net/x', 'azure'],
  ['https://git.example.com/team/repo.git@v1//folder', 'http'],
  ['https://example.com/model.onnx', 'http'],
  ['http://example.com/model.onnx', 'http'],
  ['oci://registry.example.com/model:1', undefined],
  ['pvc://claim/model', undefined],
  ['file:///models/x', undefined],
  ['/mnt/models', undefined],
] as const) {
  test(`${uri} is read with ${kind ?? 'none'}`, async () => {
    assert.ok(await providerFor(uri));
    const scope = parseStorageScope(uri);
    assert.equal(scope?.kind, kind);
    if (!scope) return;
    assert.equal(isAzureUri(uri), kind === 'azure');
    if (isAzureUri(uri)) {
      const { account, service, container, path } = azureLocationFrom(uri, {});
      assert.ok(scope.store.startsWith(`azure://${account}.`));
      assert.deepEqual(scope.path, [service, container, ...path.split('/').filter((each) => each !== '')]);
    }
    if (isGitUri(uri)) {
      const { url, ref, subpath } = parseGitUri(uri);
      assert.deepEqual(scope.path, ['https', ...url.pathname.slice(1).split('/'), `@${ref}`, subpath]);
    }
  });
}
