import { defaultNamespace } from '../config/serving-config.ts';
import {
  operatorLeaseName,
  operatorPorts,
  webhookCertificateDirectory,
  webhookCertificateSecretName,
  webhookConfigurationName,
  webhookServiceName,
} from './installed-names.ts';

/** One flag of the operator's program, given as `--NAME VALUE` or `--NAME=VALUE`. Every flag takes a value. */
export interface OperatorFlag {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'choice';
  readonly choices?: readonly string[];
  /** Absent: what `help` says. */
  readonly default?: string;
  /** The value's name in the help. */
  readonly value: string;
  readonly help: string;
}

const [webhookPort, healthPort, metricsPort] = operatorPorts.map(({ containerPort }) => String(containerPort));

/** How the webhooks come by a certificate; see `docs/operator.md`. */
export const certificateSources = ['self-managed', 'cert-manager', 'files'] as const;
export type CertificateSource = (typeof certificateSources)[number];

const onOff = { type: 'choice', choices: ['on', 'off'], value: 'on|off' } as const;
const text = (name: string, value: string, help: string, fallback?: string): OperatorFlag => ({
  name,
  type: 'string',
  value,
  help,
  ...(fallback === undefined ? {} : { default: fallback }),
});
const integer = (name: string, value: string, fallback: string | undefined, help: string): OperatorFlag => ({
  name,
  type: 'integer',
  value,
  help,
  ...(fallback === undefined ? {} : { default: fallback }),
});

/** Variable of the operator's program that stands in for `--watch-namespaces`. */
export const watchNamespacesVariable = 'SERVAL_WATCH_NAMESPACES';

/** Every flag of the operator's program, in the order of its help. */
export const operatorFlags: readonly OperatorFlag[] = [
  text('kubeconfig', 'FILE', 'how to reach the API server; default: the service account of its Pod'),
  text('context', 'NAME', 'of the kubeconfig; default: its current one'),
  text('namespace', 'NAME', 'where its configuration, certificate and lease are', defaultNamespace),
  text('watch-namespaces', 'A,B,…', 'namespaces whose services are served, and nothing else; default: all'),
  {
    name: 'cluster-scoped',
    ...onOff,
    default: 'on',
    help: 'whether it reads what has no namespace: cluster runtimes, classes of gateways, definitions, webhook configurations',
  },
  { name: 'leader-election', ...onOff, default: 'on', help: 'whether only one of several replicas reconciles' },
  text('lease-name', 'NAME', 'of the Lease that the replicas vie for', operatorLeaseName),
  text('pod-name', 'NAME', 'who it is in the Lease; default: the host name'),
  {
    name: 'webhooks',
    ...onOff,
    default: 'on',
    help: 'whether it answers admission and conversion reviews',
  },
  text('webhook-host', 'ADDRESS', 'address that the webhooks listen on', '0.0.0.0'),
  integer('webhook-port', 'PORT', webhookPort, 'port that the webhooks listen on'),
  text('webhook-service', 'NAME', 'Service by which API servers reach the webhooks', webhookServiceName),
  text('webhook-configuration', 'NAME', 'of both webhook configurations', webhookConfigurationName),
  {
    name: 'certificates',
    type: 'choice',
    choices: certificateSources,
    value: certificateSources.join('|'),
    default: 'self-managed',
    help: 'issue, keep and announce a certificate itself, or read one that cert-manager or somebody else provides',
  },
  text('certificate-secret', 'NAME', 'where a self-managed certificate is kept', webhookCertificateSecretName),
  text(
    'webhook-cert-dir',
    'DIR',
    'tls.crt and tls.key of a certificate that is provided; read again when they change',
    webhookCertificateDirectory,
  ),
  text('cluster-domain', 'NAME', "the cluster's own DNS domain, for the certificate's names", 'cluster.local'),
  text('health-host', 'ADDRESS', 'address that health and metrics listen on', '0.0.0.0'),
  integer('health-port', 'PORT', healthPort, 'port of /livez, /readyz and /healthz'),
  integer('metrics-port', 'PORT', metricsPort, 'port of /metrics'),
  integer('stop-seconds', 'N', '20', 'how long reviews and reconciles that have begun may take after SIGTERM'),
  {
    name: 'log-level',
    type: 'choice',
    choices: ['debug', 'info', 'warn', 'error'],
    value: 'LEVEL',
    default: 'info',
    help: 'least important lines that are logged',
  },
];
