import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import fc from 'fast-check';
import { StorageError } from '../errors.ts';
import { type Authority, startAuthority } from '../test-support/authority.ts';
import { environmentOf, withStorageConfig } from './environment.ts';
import { applyParameters, parameterProblems } from './parameters.ts';
import { parseStorageConfig } from './parse.ts';

const FIELDS = [
  'type',
  'endpoint_url',
  'access_key_id',
  'secret_access_key',
  'verify_ssl',
  'certificate',
  'ca_bundle',
  'url',
  'headers',
  'client_certificate',
  'client_key',
  'private_key',
  'client_email',
  'connection_string',
  'HDFS_NAMENODE',
  'TLS_CA',
  'team',
];

let authority: Authority;
before(async () => {
  authority = await startAuthority('private');
});

/** No text of a message is of such letters, eight in a row. */
const secret = fc.string({ unit: fc.constantFrom(...'0123456789QXZqxz+/'), minLength: 8, maxLength: 40 });

/** A secret in whatever a field may be mistaken for. */
const shaped = secret.chain((text) =>
  fc.constantFrom(
    text,
    `/${text}`,
    text.toLowerCase().replace(/[+/]/g, 'x'),
    `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----`,
    `-----BEGIN PRIVATE KEY-----\n${text}`,
    `-----BEGIN ${text.toUpperCase().replace(/[+/]/g, ' ')}-----`,
    Buffer.from(`-----BEGIN CERTIFICATE-----${text}`).toString('base64'),
    `{"${text}": "${text}"}`,
    `{"${text}`,
  ),
);

const value = fc.oneof(
  { weight: 5, arbitrary: shaped },
  shaped.map((text) => [text]),
  shaped.map((text) => ({ 'X-Token': text, inner: { [text]: text } })),
  shaped.map((text) => [[text], 7, true, null]),
);

const entry = fc.record({
  type: fc.oneof(fc.constantFrom('s3', 'gs', 'azure', 'https', 'webhdfs', 'pvc', undefined), value),
  fields: fc.dictionary(fc.constantFrom(...FIELDS), value),
});

function assertKept(message: string, texts: readonly string[]): void {
  for (const text of texts) {
    for (const part of text.split(/[^0-9A-Za-z+/=]+|CERTIFICATE|PRIVATE/)) {
      for (let start = 0; start + 8 <= part.length; start++) {
        const piece = part.slice(start, start + 8);
        assert.ok(!message.includes(piece), `"${message}" has "${piece}"`);
      }
    }
  }
}

function textsOf(of: unknown): string[] {
  if (typeof of === 'string') return [of];
  return typeof of === 'object' && of !== null ? Object.entries(of).flatMap(([, each]) => textsOf(each)) : [];
}

test('no eight bytes of any value stand in any message', () => {
  fc.assert(
    fc.property(entry, fc.nat(), shaped, ({ type, fields }, cut, misplaced) => {
      const written: Record<string, unknown> = { ...fields, ...(type === undefined ? {} : { type }) };
      const json = JSON.stringify(written);
      const data = { models: json, cut: json.slice(0, cut % (json.length + 1)), certificate: misplaced };
      const { entries, problems } = parseStorageConfig(data, { now: new Date(), configMaps: () => misplaced });
      const parameters = { 'headers.x': 'y', 'type.x': 'y' };
      const texts = [...textsOf(written).filter((text) => text.length >= 8), misplaced];
      const all = [...problems, ...entries.flatMap((each) => each.problems), ...parameterProblems(written, parameters)];
      for (const { message } of all) assertKept(message, texts);
      for (const apply of [
        () => environmentOf(applyParameters(written, parameters)),
        () => withStorageConfig({ STORAGE_CONFIG: data.cut, STORAGE_OVERRIDE_CONFIG: data.cut }),
      ]) {
        try {
          apply();
        } catch (error) {
          assert.ok(error instanceof StorageError, String(error));
          assertKept(error.message, texts);
        }
      }
    }),
    { numRuns: 500 },
  );
});

test('a damaged certificate shows nothing of itself, wherever it is cut', () => {
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom('certificate', 'ca_bundle', 'cabundle_configmap'), (cut, field) => {
      const text = authority.key + authority.pem;
      const data = { models: JSON.stringify({ type: 's3', [field]: text.slice(cut % text.length) }) };
      for (const { message } of parseStorageConfig(data, { now: new Date() }).entries[0]!.problems) {
        assertKept(message, [text.replace(/-----[^-]*-----/g, ' ')]);
      }
    }),
  );
});
