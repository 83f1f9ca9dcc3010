import assert from 'node:assert/strict';
import { test } from 'node:test';
import { request } from 'undici';
import { eventually } from '../support/eventually.ts';
import { startPlatform } from '../support/serval.ts';

test('a gateway that is killed comes back on its port', async (t) => {
  const platform = await startPlatform(t);
  const answer = async () => {
    const response = await request(platform.gatewayUrl, { headers: { host: 'nobody.localhost' } });
    await response.body.dump();
    return response.statusCode;
  };
  assert.equal(await answer(), 404);
  process.kill(platform.gatewayPid, 'SIGKILL');
  await eventually(async () => assert.equal(await answer(), 404));
  assert.equal(await platform.stop(), 0);
});
