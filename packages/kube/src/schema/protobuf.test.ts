import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeKubernetesProtobuf } from './protobuf.ts';
import { ProtobufError, readFields } from './protobuf-wire.ts';

/** Bodies as kubectl 1.32 sends them, and the object that its --output=json shows. */
const bodies: Record<string, [string, object]> = {
  'a secret': [
    'azhzAAoMCgJ2MRIGU2VjcmV0Eh0KEQoBcxIAGgAiACoAMgA4AEIAEgYKAWESAWIaABoAIgA=',
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data: { a: 'Yg==' } },
  ],
  'a namespace': [
    'azhzAAoPCgJ2MRIJTmFtZXNwYWNlEhkKEQoBeBIAGgAiACoAMgA4AEIAEgAaAgoAGgAiAA==',
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'x' }, spec: {}, status: {} },
  ],
  'a token request': [
    'azhzAAooChhhdXRoZW50aWNhdGlvbi5rOHMuaW8vdjESDFRva2VuUmVxdWVzdBIdChAKABIAGgAiACoAMgA4AEIAEgMgkBwaBAoAEgAaACIA',
    {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      metadata: {},
      spec: { expirationSeconds: 3600 },
      status: {},
    },
  ],
  'a deployment: a pointer to 0 stays, a plain 0 goes': [
    'azhzAAoVCgdhcHBzL3YxEgpEZXBsb3ltZW50ErgBCh8KA3dlYhIAGgAiACoAMgA4AEIAWgoKA2FwcBIDd2ViEoYBCAASDAoKCgNhcHASA3dlYhpsChwKABIAGgAiACoAMgA4AEIAWgoKA2FwcBIDd2ViEkwSLgoFbmdpbngSBW5naW54KgAyCgoAEAAYUCIAKgBCAGoAcgCAAQCIAQCQAQCiAQAaADIAQgBKAFIAWABgAGgAggEAigEAmgEAwgEAIgIKACgAOAAaDAgAEAAYACAAKAA4ABoAIgA=',
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', labels: { app: 'web' } },
      spec: {
        replicas: 0,
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: { containers: [{ name: 'nginx', image: 'nginx', ports: [{ containerPort: 80 }], resources: {} }] },
        },
        strategy: {},
      },
      status: {},
    },
  ],
  'a disruption budget: a percentage': [
    'azhzAAogCglwb2xpY3kvdjESE1BvZERpc3J1cHRpb25CdWRnZXQSNgoRCgFwEgAaACIAKgAyADgAQgASFQoJCAEQABoDNTAlEggKBgoBYRIBYhoKCAAYACAAKAAwABoAIgA=',
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'p' },
      spec: { minAvailable: '50%', selector: { matchLabels: { a: 'b' } } },
      status: {},
    },
  ],
};

for (const [what, [base64, expected]] of Object.entries(bodies)) {
  test(`protobuf: ${what}`, () => {
    assert.deepEqual(decodeKubernetesProtobuf(Buffer.from(base64, 'base64')), expected);
  });
}

/** A length-delimited field. */
const field = (number: number, content: Buffer | string) => {
  const bytes = Buffer.from(content);
  return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
};
const envelope = (apiVersion: string, kind: string, raw: Buffer) =>
  Buffer.concat([Buffer.from('k8s\0'), field(1, Buffer.concat([field(1, apiVersion), field(2, kind)])), field(2, raw)]);

test('a lease has times with microseconds', () => {
  // 1700000000 s and 123456000 ns.
  const time = Buffer.from([0x08, 0x80, 0xe2, 0xcf, 0xaa, 0x06, 0x10, 0x80, 0x94, 0xef, 0x3a]);
  const spec = Buffer.concat([field(1, 'me'), Buffer.from([0x10, 15]), field(4, time)]);
  assert.deepEqual(decodeKubernetesProtobuf(envelope('coordination.k8s.io/v1', 'Lease', field(2, spec))), {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    spec: { holderIdentity: 'me', leaseDurationSeconds: 15, renewTime: '2023-11-14T22:13:20.123456Z' },
  });
});

test('an inlined struct is a message of its own', () => {
  const volume = Buffer.concat([field(1, 'v'), field(2, field(2, field(1, 'Memory')))]);
  const pod = decodeKubernetesProtobuf(envelope('v1', 'Pod', field(2, field(1, volume))));
  assert.deepEqual(pod['spec'], { volumes: [{ name: 'v', emptyDir: { medium: 'Memory' } }] });
});

test('what is no such body is refused by name', () => {
  assert.throws(() => decodeKubernetesProtobuf(Buffer.from('{"kind":"Pod"}')), /does not start with/);
  assert.throws(
    () => decodeKubernetesProtobuf(envelope('v1', 'Nope', Buffer.alloc(0))),
    /no protobuf message for kind "Nope"/,
  );
  assert.throws(() => readFields(Buffer.from([0x0a, 0x05, 0x00])), /ends inside a field/);
});

test('property: no bytes bring it down', () => {
  const known = Buffer.from(bodies['a secret']![0], 'base64');
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(known.length), (noise, at) => {
      const bytes = Buffer.concat([known.subarray(0, at), noise]);
      try {
        decodeKubernetesProtobuf(bytes);
      } catch (error) {
        assert.ok(error instanceof ProtobufError, String(error));
      }
    }),
  );
});
