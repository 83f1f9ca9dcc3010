import type { Client, Clock, EventRecorder, Log } from '@serval/kube/client';
import { createCertificateFiles } from '../certificates/files.ts';
import { createSelfManagedCertificate } from '../certificates/self-managed.ts';
import {
  type CertificateProvider,
  type ServingCertificate,
  serviceHosts,
} from '../certificates/serving-certificate.ts';
import { type CallWebhook, createCallOverTls } from '../health/call-over-tls.ts';
import { createWebhookHealth, type WebhookHealthMonitor, webhookSource } from '../health/webhook-health.ts';
import { createHealthWriter } from '../health/write-health.ts';
import { type Announcer, createAnnouncer } from '../registration/announce-authorities.ts';
import { watchWebhookObjects } from '../registration/webhook-objects.ts';
import type { AccessNotes } from '../scope/access-notes.ts';
import type { Webhooks } from '../webhooks/dispatch.ts';
import { serveWebhooks, type WebhookServer } from '../webhooks/serve-webhooks.ts';
import type { FlagValues } from './parse-flags.ts';

export interface WebhookPartsOptions {
  readonly flags: FlagValues;
  readonly namespace: string;
  readonly client: Client;
  readonly webhooks: Webhooks;
  /** Tells of webhook configurations and definitions; none where it may not. */
  readonly events: EventRecorder | undefined;
  readonly access: AccessNotes;
  readonly isLeader: () => boolean;
  /** Default: over TLS, to the DNS name of the Service. */
  readonly call?: CallWebhook | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Everything that webhooks bring along: certificate, server, announcement and health. */
export interface WebhookParts {
  readonly certificate: CertificateProvider;
  readonly announcer: Announcer | undefined;
  readonly health: WebhookHealthMonitor;
  /** Nothing until there is a certificate. */
  server(): WebhookServer | undefined;
  /** Why the server does not listen. */
  serverProblem(): string | undefined;
  /** This replica leads now, or no longer does. */
  leadershipChanged(): void;
  close(graceMs: number): Promise<void>;
}

/** A port that is taken now may be free soon. */
const listenRetryMs = 5_000;

export function startWebhookParts(options: WebhookPartsOptions): WebhookParts {
  const { flags, namespace, client, clock, log, isLeader } = options;
  const closing = new AbortController();
  const signal = AbortSignal.any([options.signal, closing.signal]);
  const service = { namespace, name: flags['webhook-service'] ?? '' };
  const hosts = serviceHosts(service.name, namespace, flags['cluster-domain'] ?? '');
  const objects = watchWebhookObjects({
    client,
    clusterScoped: flags['cluster-scoped'] === 'on',
    access: options.access,
    configurationName: flags['webhook-configuration'] ?? '',
    clock,
    log,
    signal,
  });

  let announcer: Announcer | undefined;
  let lookAtCertificate = () => {};
  let certificate: CertificateProvider;
  if (flags['certificates'] === 'self-managed') {
    const selfManaged = createSelfManagedCertificate({
      client,
      namespace,
      secretName: flags['certificate-secret'] ?? '',
      hosts,
      isLeader,
      isAnnounced: (authorities) => announcer?.isAnnounced(authorities) ?? false,
      clock,
      log,
      signal,
    });
    announcer = createAnnouncer({
      client,
      objects,
      service,
      authorities: () => selfManaged.authorities(),
      isLeader,
      clock,
      log,
      signal,
    });
    lookAtCertificate = selfManaged.look;
    certificate = selfManaged;
  } else {
    certificate = createCertificateFiles({ directory: flags['webhook-cert-dir'] ?? '', hosts, clock, log });
  }

  let server: WebhookServer | undefined;
  let serverProblem: string | undefined = 'it has no certificate yet';
  let starting: Promise<void> | undefined;
  let cancelRetry = () => {};
  let closed = false;
  const health = createWebhookHealth({
    objects,
    call: options.call ?? createCallOverTls(),
    events: () => (isLeader() ? options.events : undefined),
    clock,
    log,
    signal,
  });
  const writer = createHealthWriter({
    client,
    namespace,
    source: webhookSource(health),
    isWriter: isLeader,
    clock,
    log,
    signal,
  });

  async function listen(shown: ServingCertificate): Promise<void> {
    try {
      server = await serveWebhooks({
        ...shown,
        webhooks: options.webhooks,
        host: flags['webhook-host'] ?? '',
        port: Number(flags['webhook-port']),
        log,
      });
      serverProblem = undefined;
      log.info({ url: server.url }, 'webhooks are served');
    } catch (error) {
      serverProblem = error instanceof Error ? error.message : String(error);
      log.error({ error: serverProblem }, 'webhooks cannot be served');
      cancelRetry = clock.after(listenRetryMs, show);
    }
    starting = undefined;
    if (server) show();
  }

  /** Shows the certificate in force, from the first on that there is. */
  function show(): void {
    const shown = certificate.current();
    if (!shown || closed) return;
    if (server) server.setCertificate(shown);
    else starting ??= listen(shown);
    health.look();
  }

  // A renewal goes on as soon as everybody has been told, not at the next look.
  const stopFollowingObjects = objects.onChange(() => lookAtCertificate());
  const stopFollowing = certificate.onChange(() => {
    show();
    announcer?.look();
  });
  show();

  return {
    certificate,
    announcer,
    health,
    server: () => server,
    serverProblem: () => serverProblem,
    leadershipChanged() {
      lookAtCertificate();
      announcer?.look();
      writer.look();
    },
    async close(graceMs) {
      closed = true;
      closing.abort(new Error('the operator is closed'));
      stopFollowing();
      stopFollowingObjects();
      cancelRetry();
      await health.close();
      await writer.close();
      await announcer?.close();
      await certificate.close();
      await starting;
      await server?.close(graceMs);
    },
  };
}
