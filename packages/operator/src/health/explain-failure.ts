import type { StoredClientConfig } from '../registration/webhook-objects.ts';
import { WebhookAnswerError } from './call-over-tls.ts';

/** What is wrong with a webhook, and what a person can do about it. */
export interface Failure {
  readonly reason: string;
  readonly wayOut: string;
}

/** Verification errors of Node.js and OpenSSL that mean: nobody in the bundle signed it. */
const untrusted = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_SIGNATURE_FAILURE',
]);

/** Turns what a probe threw into what an API server's user would meet, and the way out. */
export function explainFailure(error: unknown, config: StoredClientConfig): Failure {
  const { code = '', message = String(error) } = error as { code?: string; message?: string };
  const where = placeOf(config);
  const namespace = config.service?.namespace ?? 'serval-system';
  const pods = `kubectl -n ${namespace} get pods,endpointslices -l app.kubernetes.io/part-of=serval`;
  if (error instanceof WebhookAnswerError) {
    return {
      reason: `${where} answered ${error.status}`,
      wayOut: 'the stored object is of another release than the operator: apply the manifests of one release',
    };
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return {
      reason: `${where} has no address`,
      wayOut: `the Service is missing, or DNS is down: apply the manifests, see ${pods}`,
    };
  }
  if (code === 'ECONNREFUSED' || code === 'ECONNRESET' || code === 'EHOSTUNREACH') {
    return { reason: `nobody answers at ${where} (${code})`, wayOut: `no operator is ready there: ${pods}` };
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    return {
      reason: `the certificate at ${where} ${code === 'CERT_HAS_EXPIRED' ? 'has expired' : 'is not valid yet'}`,
      wayOut: 'self-managed: delete its Secret, and a new one is issued; cert-manager: kubectl describe certificate',
    };
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return {
      reason: `the certificate at ${where} is for other names`,
      wayOut: 'the certificate must name the Service and namespace that the stored object names',
    };
  }
  if (untrusted.has(code) || /bad base64|PEM|no start line/i.test(message)) {
    return {
      reason: `caBundle does not fit the certificate at ${where} (${code || 'not PEM'})`,
      wayOut:
        'self-managed: the operator writes it again within a minute unless another overwrites it; cert-manager: see its cainjector',
    };
  }
  if (/abort|timed? ?out/i.test(`${(error as Error).name} ${message} ${code}`)) {
    return {
      reason: `${where} did not answer in time`,
      wayOut: 'a NetworkPolicy or firewall may keep callers from port 9443 of the operator',
    };
  }
  return {
    reason: `${where}: ${message}`,
    wayOut: `see the operator's log: kubectl -n ${namespace} logs deploy/serval-operator`,
  };
}

function placeOf({ url, service }: StoredClientConfig): string {
  if (service) return `Service ${service.namespace}/${service.name}:${service.port ?? 443}`;
  return url ? new URL(url).host : 'no address';
}
