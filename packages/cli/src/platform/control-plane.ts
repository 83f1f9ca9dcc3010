import type { Client, Log, Transport } from '@serval/kube/client';
import type { KubeletEndpoint, Scheduling } from '@serval/node';
import type { CallWebhook, Webhooks } from '@serval/operator';
import type { WebhookAddress } from '@serval/operator/declarations';

/** The API server in force, our own or another, and how it and the platform's parts reach each other. */
export interface ControlPlane {
  client: Client;
  /** The operator's: under its own ServiceAccount where that can be, so that a missing rule fails here too. */
  operatorClient: Client;
  apiServer: string;
  kubeconfig: string;
  /** Whether the small controllers are ours to run, and where Pods come from. */
  scheduling: Scheduling;
  /** Lets the API server call the webhooks; answers what their configurations must say, nothing for the default. */
  connectWebhooks(webhooks: Webhooks): Promise<WebhookAddress | undefined>;
  /** Calls a webhook as the API server does, to see whether it answers. */
  callWebhook: CallWebhook;
  /** How the node is reached from outside of this process, if it must be. */
  kubeletEndpoint: KubeletEndpoint | undefined;
  connectKubelet(kubelet: Transport): void;
}

/** What is stopped later, in reverse order. */
export type Stops = (() => Promise<void> | void)[];

export interface ControlPlaneOptions {
  dataDir: string;
  apiPort: number;
  kubeconfig: string | undefined;
  context: string | undefined;
  /** `auto` asks the other API server whether somebody runs controllers there; one of our own has none. */
  controllers: 'auto' | 'on' | 'off';
  /** Of this machine, as the other API server reaches it. */
  advertiseAddress: string | undefined;
  log: Log;
  onProgress(line: string): void;
}
