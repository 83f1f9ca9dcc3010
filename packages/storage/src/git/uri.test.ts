import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failsWith } from '../test-support/expect.ts';
import { isGitUri, parseGitUri } from './uri.ts';

test('what is a repository, and what is a plain file', () => {
  for (const uri of [
    'https://github.com/team/model.git',
    'http://user:p@ss@host:8080/a/b.git@v1',
    'https://host/a.git//folder/x.git',
    'https://host/a.git@feature/x//folder',
    'https://host/a.git/',
    'https://host/a.git/b.git@x',
    'https://host/a.GIT',
    'https://host/a/.git',
  ]) {
    assert.equal(isGitUri(uri), true, uri);
  }
  for (const uri of [
    'https://raw.githubusercontent.com/team/model/main/model.bin',
    'https://team.github.io/model.bin',
    'https://host.git/model.bin',
    'https://host.git',
    'https://host/model.git.bin',
    'https://host/a.git/model.bin',
    'https://host/.gitignore',
    'https://host/model.bin?x=/a.git',
    'https://host/model.bin#a.git',
    'https://host/a.git?x=1',
    's3://bucket/a.git',
  ]) {
    assert.equal(isGitUri(uri), false, uri);
  }
});

test('the parts of a URI', () => {
  const parts = (uri: string) => {
    const { url, username, password, ref, subpath, shown } = parseGitUri(uri);
    return [url.href, username, password, ref, subpath, shown];
  };
  const plain = 'https://host/t/a.git';
  assert.deepEqual(parts('https://host/t/a.git'), [plain, '', '', undefined, '', plain]);
  assert.deepEqual(parts('https://u:p%40s@host/t/a.git@feature/x//a%20b/c/'), [
    plain,
    'u',
    'p@s',
    'feature/x',
    'a b/c',
    plain,
  ]);
  assert.deepEqual(parts('https://host/t/a.git//'), [plain, '', '', undefined, '', plain]);
  for (const uri of [
    '@',
    '@a..b',
    '@a%0Ab',
    '@-x',
    '@a%20b',
    '@x.lock',
    '@x^',
    '//../x',
    '//a/../b',
    '//a//b',
    '//%2e%2e/x',
    '@%',
  ]) {
    assert.throws(
      () => parseGitUri(`https://u:sentinel@host/t/a.git${uri}`),
      (error: unknown) => {
        assert.ok(!String(error).includes('sentinel'));
        return failsWith('InvalidUri', /revision|segment|escape/)(error);
      },
      uri,
    );
  }
});
