import assert from 'node:assert/strict';
import { test } from 'node:test';
import { directoryFor } from './download.ts';

test('a URI names its directory', () => {
  const cases = {
    'hf://openai-community/gpt2': 'gpt2',
    'hf://openai-community/gpt2:main': 'gpt2',
    's3://bucket/models/iris/': 'iris',
    's3://bucket': 'bucket',
    'https://host/a/model.tar.gz?sig=secret': 'model',
    'https://host/owner/repository.git@v1': 'repository',
    'oci://ghcr.io/acme/iris@sha256:abc': 'iris',
    'file:///': 'model',
    's3://b/..': 'model',
    's3://b/a b': 'model',
  };
  for (const [uri, directory] of Object.entries(cases)) assert.equal(directoryFor(uri), directory, uri);
});
