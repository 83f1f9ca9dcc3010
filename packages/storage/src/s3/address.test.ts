import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failsWith } from '../test-support/expect.ts';
import { s3Url, settingsForRegion } from './address.ts';
import { DEFAULT_REGION, s3SettingsFrom } from './settings.ts';

/** Address of `bucket/a b` under these variables, once the server has named `region` if it does. */
function address(environment: Record<string, string>, bucket = 'models', region?: string): string {
  const settings = s3SettingsFrom(environment);
  const given = settings.region ?? DEFAULT_REGION;
  return s3Url(settingsForRegion(settings, given, region ?? given), region ?? given, bucket, 'a b').href;
}

test('addresses of buckets', () => {
  const cases: [string, Record<string, string>, string?, string?][] = [
    ['https://models.s3.us-east-1.amazonaws.com/a%20b', {}],
    ['https://models.s3.eu-west-1.amazonaws.com/a%20b', { AWS_REGION: 'eu-west-1' }],
    ['https://models.s3.cn-north-1.amazonaws.com.cn/a%20b', { AWS_DEFAULT_REGION: 'cn-north-1' }],
    ['https://models.s3.us-iso-east-1.c2s.ic.gov/a%20b', { AWS_DEFAULT_REGION: 'us-iso-east-1' }],
    ['https://s3.us-east-1.amazonaws.com/my.models/a%20b', {}, 'my.models'],
    ['https://s3.us-east-1.amazonaws.com/Models/a%20b', {}, 'Models'],
    [
      'https://models.s3.dualstack.eu-west-1.amazonaws.com/a%20b',
      { AWS_REGION: 'eu-west-1', AWS_USE_DUALSTACK_ENDPOINT: 'true' },
    ],
    ['https://models.s3-fips.us-east-1.amazonaws.com/a%20b', { AWS_USE_FIPS_ENDPOINT: 'true' }],
    [
      'https://models.s3-fips.dualstack.us-east-1.amazonaws.com/a%20b',
      { AWS_USE_FIPS_ENDPOINT: '1', AWS_USE_DUALSTACK_ENDPOINT: '1' },
    ],
    ['https://models.s3-accelerate.amazonaws.com/a%20b', { S3_USE_ACCELERATE: 'true' }],
    [
      'https://models.s3-accelerate.dualstack.amazonaws.com/a%20b',
      { S3_USE_ACCELERATE: 'true', AWS_USE_DUALSTACK_ENDPOINT: 'true' },
    ],
    [
      'https://models.s3-accelerate.amazonaws.com/a%20b',
      { S3_USE_ACCELERATE: 'true', AWS_ENDPOINT_URL: 'https://s3.amazonaws.com' },
    ],
    ['http://minio:9000/models/a%20b', { S3_USE_ACCELERATE: 'true', AWS_ENDPOINT_URL: 'http://minio:9000' }],
    ['https://minio/models/a%20b', { S3_ENDPOINT: ' minio ' }],
    ['http://minio:9000/models/a%20b', { S3_ENDPOINT: 'minio:9000', S3_USE_HTTPS: '0' }],
    ['http://one:1/models/a%20b', { AWS_ENDPOINT_URL_S3: 'http://one:1', AWS_ENDPOINT_URL: 'http://two:2' }],
    ['http://minio:9000/below/models/a%20b', { AWS_ENDPOINT_URL: 'http://minio:9000/below/' }],
    ['http://models.minio:9000/a%20b', { AWS_ENDPOINT_URL: 'http://minio:9000', S3_USER_VIRTUAL_BUCKET: 'true' }],
    ['http://10.0.0.1:9000/models/a%20b', { AWS_ENDPOINT_URL: 'http://10.0.0.1:9000', S3_USER_VIRTUAL_BUCKET: 'true' }],
    // The global endpoint, as KServe's annotations name it: other regions answer under the bucket's own host name.
    ['https://s3.amazonaws.com/models/a%20b', { AWS_ENDPOINT_URL: 'https://s3.amazonaws.com' }],
    [
      'https://models.s3.amazonaws.com/a%20b',
      { AWS_ENDPOINT_URL: 'https://s3.amazonaws.com', AWS_REGION: 'eu-west-1' },
    ],
    // Once the server has told the region.
    ['https://models.s3.eu-west-1.amazonaws.com/a%20b', {}, 'models', 'eu-west-1'],
    [
      'https://models.s3.eu-west-1.amazonaws.com/a%20b',
      { AWS_ENDPOINT_URL: 'https://s3.amazonaws.com' },
      'models',
      'eu-west-1',
    ],
    ['http://minio:9000/models/a%20b', { AWS_ENDPOINT_URL: 'http://minio:9000' }, 'models', 'eu-west-1'],
  ];
  for (const [expected, environment, bucket, region] of cases) {
    assert.equal(address(environment, bucket, region), expected, JSON.stringify(environment));
  }
});

test('what Amazon does not offer, and what is no value, is named', () => {
  const cases: [Record<string, string>, string, RegExp][] = [
    [{ S3_USE_ACCELERATE: 'true', AWS_USE_FIPS_ENDPOINT: 'true' }, 'models', /no FIPS endpoint/],
    [{ S3_USE_ACCELERATE: 'true' }, 'my.models', /"my.models", whose name has a dot/],
    [{ AWS_REGION: 'evil.example/#' }, 'models', /AWS_REGION is "evil.example\/#"/],
    [{ AWS_ENDPOINT_URL: 'http://u:sentinel@h' }, 'models', /AWS_ENDPOINT_URL has a user/],
    [{ AWS_ENDPOINT_URL_S3: 'http://[' }, 'models', /AWS_ENDPOINT_URL_S3 is not an endpoint/],
    [{ SERVAL_S3_PREFIX_MATCH: 'letters' }, 'models', /SERVAL_S3_PREFIX_MATCH is "letters"/],
  ];
  for (const [environment, bucket, pattern] of cases) {
    assert.throws(
      () => address(environment, bucket),
      (error: Error) => {
        assert.doesNotMatch(error.message, /sentinel/);
        return failsWith('InvalidConfiguration', pattern)(error);
      },
    );
  }
});
