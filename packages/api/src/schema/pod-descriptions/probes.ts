import type { Descriptions } from './descriptions.ts';

const handlers = {
  exec: 'Run a command in the container; exit code 0 is success.',
  httpGet: 'Send an HTTP GET to the Pod; status 200 to 399 is success.',
  tcpSocket: 'Open a TCP connection to the Pod; being accepted is success.',
};
const port = 'Number of the port, or its name in ports.';
const host = 'Host to connect to. Default: the address of the Pod.';

export const probeDescriptions: Descriptions = {
  Probe: {
    ...handlers,
    grpc: 'Ask the gRPC health service of the Pod.',
    initialDelaySeconds: 'Seconds from the start of the container to the first try. Default 0.',
    timeoutSeconds: 'Seconds after which a try has failed. Default 1.',
    periodSeconds: 'Seconds from one try to the next. Default 10.',
    successThreshold: 'Successes in a row that end a failure. Default 1; liveness and startup allow no other.',
    failureThreshold: 'Failures in a row before the probe counts as failed. Default 3.',
    terminationGracePeriodSeconds: 'Seconds to end in after this probe failed, in place of those of the Pod.',
  },
  ExecAction: { command: 'Program and its arguments. No shell is involved.' },
  HTTPGetAction: {
    path: 'Path of the request. Default /.',
    port,
    host: 'Host to connect to. Default: the address of the Pod. For virtual hosts, set the header Host instead.',
    scheme: 'HTTP (default) or HTTPS, whose certificate is not checked.',
    httpHeaders: 'Headers of the request; names may repeat.',
  },
  HTTPHeader: { name: 'Name of the header.', value: 'Its value.' },
  TCPSocketAction: { port, host },
  GRPCAction: {
    port: 'Number of the port.',
    service: 'Service that is asked for, as in HealthCheckRequest. Default empty: the server as a whole.',
  },
  SleepAction: { seconds: 'Seconds to wait.' },
  Lifecycle: {
    postStart: 'Done right after the start; if it fails, the container is restarted.',
    preStop: 'Done before the container is told to end; its time counts to the grace period.',
    stopSignal: 'Signal that tells the container to end, such as SIGTERM. Needs os.name of the Pod.',
  },
  LifecycleHandler: {
    exec: 'Run a command in the container.',
    httpGet: 'Send an HTTP GET to the Pod.',
    tcpSocket: 'Has no effect; kept for old objects.',
    sleep: 'Wait for a while.',
  },
};
