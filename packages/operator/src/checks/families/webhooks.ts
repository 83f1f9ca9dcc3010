import { X509Certificate } from 'node:crypto';
import { webhookConfigurationName } from '../../declarations/installed-names.ts';
import { clientConfigsOf } from '../../registration/client-configs.ts';
import { evidenceOf } from '../describe.ts';
import type { Check } from '../notes.ts';

const kinds = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'];

/** Webhooks and the conversion of versions: registered, trusted, and answering where API servers call them. */
export const webhooksCheck: Check = {
  name: 'webhooks',
  run(snapshot, notes) {
    const configurations = notes.read(snapshot.webhookConfigurations, 'webhook configurations');
    if (!('unread' in snapshot.webhookConfigurations)) {
      for (const kind of kinds) {
        const found = configurations.some(
          (each) => each.kind === kind && each.metadata.name === webhookConfigurationName,
        );
        notes.expect(found, 'webhook-missing', () => ({
          evidence: evidenceOf(`${kind} ${webhookConfigurationName}`, 'metadata.name', undefined),
          sentence: `${kind} ${webhookConfigurationName} does not exist, so API servers ask nobody`,
          fix: { command: 'serval install', safe: false },
        }));
      }
    }
    for (const configuration of configurations) {
      for (const { webhook, clientConfig } of clientConfigsOf(configuration)) {
        // In one process with the API server, nothing is called over TLS.
        if (!clientConfig.caBundle) continue;
        const problem = problemOfAuthority(clientConfig.caBundle, snapshot.takenAt);
        notes.expect(problem === undefined, 'webhook-authority-expired', () => ({
          evidence: evidenceOf(configuration, `webhooks[${webhook}].clientConfig.caBundle`, problem),
          sentence: `the authority that API servers trust for ${webhook} ${problem}`,
          fix: {
            command: `kubectl -n ${snapshot.systemNamespace} delete secret serval-webhook-certificate`,
            safe: false,
          },
        }));
      }
    }
    const ofKserve = notes.read(snapshot.kserveWebhooks, 'webhook configurations of KServe');
    if (!('unread' in snapshot.kserveWebhooks)) {
      const [first] = ofKserve;
      notes.expect(first === undefined, 'kserve-beside', () => ({
        evidence: evidenceOf(first ?? '', 'metadata.name', first?.metadata.name),
        sentence: `webhooks of KServe are registered too (${first?.kind} ${first?.metadata.name}): two operators change the same objects`,
        fix: { command: 'serval install --from-kserve', safe: false },
      }));
    }
    const told = notes.read(snapshot.webhookHealth, 'ConfigMap serval-health, in which the operator tells of them');
    for (const { name, failure, since } of told) {
      notes.expect(failure === undefined, 'webhook-failing', () => ({
        evidence: evidenceOf(`ConfigMap ${snapshot.systemNamespace}/serval-health`, name, failure?.reason),
        sentence: `${name} has failed since ${since}: ${failure?.reason}`,
        ...(failure ? { fix: { command: failure.wayOut, safe: false } } : {}),
      }));
    }
  },
};

function problemOfAuthority(caBundle: string, now: string): string | undefined {
  const pem = Buffer.from(caBundle, 'base64').toString();
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) return 'is no PEM certificate';
  const ends = blocks.map((block) => {
    try {
      return new X509Certificate(block).validToDate.getTime();
    } catch {
      return Number.NaN;
    }
  });
  if (ends.some(Number.isNaN)) return 'cannot be read';
  // During a rollover there are two, and one of them suffices.
  const last = Math.max(...ends);
  return last < Date.parse(now) ? `expired at ${new Date(last).toISOString()}` : undefined;
}
