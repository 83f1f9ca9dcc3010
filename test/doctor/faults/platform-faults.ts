import { createAuthority } from '@serval/kube/certificates';
import { deployment, type Fault, first, hourMs, iris, setting } from './plan.ts';

export const platformFaults: readonly Fault[] = [
  {
    name: 'the configuration is gone',
    plant: (p) => {
      p.config.items = [];
    },
    ids: ['config-missing'],
  },
  {
    name: 'a section of the configuration is no JSON',
    plant: (p) => {
      first(p.config.items).data!['deploy'] = '{"defaultDeploymentMode": ';
    },
    ids: ['config-invalid'],
  },
  {
    name: 'a setting has the wrong type',
    plant: (p) => setting(p, 'ingress', { disableIngressCreation: 'no' }),
    ids: ['config-invalid'],
  },
  {
    name: 'a setting is misspelt',
    plant: (p) => setting(p, 'ingress', { ingresDomain: 'example.com' }),
    ids: ['config-unknown'],
  },
  {
    name: 'a section is unknown',
    plant: (p) => setting(p, 'gatewayApi', { enabled: true }),
    ids: ['config-unknown'],
  },
  {
    name: 'a setting of KServe is without effect here',
    plant: (p) => setting(p, 'router', { image: 'kserve/router:latest' }),
    ids: ['config-without-effect'],
  },
  {
    name: 'a template of hosts gives none',
    plant: (p) => setting(p, 'ingress', { domainTemplate: '{{ .Name }}_{{ .Namespace }}.example.com' }),
    ids: ['config-invalid'],
  },
  {
    name: 'a webhook configuration is gone',
    plant: (p) => {
      p.webhookConfigurations.items = p.webhookConfigurations.items.slice(1);
    },
    ids: ['webhook-missing'],
  },
  {
    name: 'the authority of a webhook has expired',
    plant: async (p) => {
      const expired = await createAuthority('expired', Date.parse(p.takenAt) - 2 * hourMs, hourMs);
      const caBundle = Buffer.from(expired.certificate).toString('base64');
      first(first(p.webhookConfigurations.items).webhooks).clientConfig = { url: 'https://there/', caBundle };
    },
    ids: ['webhook-authority-expired'],
  },
  {
    name: 'the authority of a webhook is no certificate',
    plant: (p) => {
      const caBundle = Buffer.from('none').toString('base64');
      first(first(p.webhookConfigurations.items).webhooks).clientConfig = { url: 'https://there/', caBundle };
    },
    ids: ['webhook-authority-expired'],
  },
  {
    name: 'a webhook does not answer',
    plant: (p) => {
      const failure = { reason: 'nobody answers at Service a/b:443', wayOut: 'kubectl get pods' };
      p.webhookHealth = { items: [{ name: 'ValidatingWebhookConfiguration/serval x', failure, since: p.takenAt }] };
    },
    ids: ['webhook-failing'],
  },
  {
    name: 'conversion does not answer',
    plant: (p) => {
      const failure = { reason: 'caBundle does not fit', wayOut: 'wait' };
      p.webhookHealth = { items: [{ name: 'CustomResourceDefinition/x conversion', failure, since: p.takenAt }] };
    },
    ids: ['webhook-failing'],
  },
  {
    name: 'the operator is down, and a service waits for it',
    plant: (p) => {
      const operator = structuredClone(deployment(p));
      operator.metadata = { namespace: p.systemNamespace, name: 'serval-operator' };
      operator.status = { availableReplicas: 0 };
      p.deployments.items.push(operator);
      iris(p).metadata.generation = 9;
    },
    ids: ['operator-unavailable'],
  },
  {
    name: 'a storage entry is broken',
    plant: (p) => {
      const problem = { code: 'NotJson', severity: 'error', key: 'minio', message: 'entry minio is no JSON' } as const;
      p.storageSecrets.items = [{ namespace: 'default', name: 'storage-config', entries: 2, problems: [problem] }];
    },
    ids: ['storage-config-broken'],
  },
  {
    name: 'a certificate of a storage entry ends soon',
    plant: (p) => {
      const problem = { code: 'ExpiresSoon', severity: 'warning', key: 'minio', message: 'ends in a week' } as const;
      p.storageSecrets.items = [{ namespace: 'default', name: 'storage-config', entries: 1, problems: [problem] }];
    },
    ids: ['storage-config-doubtful'],
  },
];
