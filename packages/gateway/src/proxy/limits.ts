/** Bounds of the data plane. Every one has a default; tests make them small. */
export interface Limits {
  /** Bytes of a request's head; more is answered 431. 64 KiB: long tokens and trace baggage fit, floods do not. */
  headerBytes: number;
  /** Time for a client to send a request's head; then 408. 30 s: slow lines manage, idle attackers do not stay. */
  headMs: number;
  /** Time for a client to send a whole request. 1 h: a large upload over a slow line; streams beyond it are cut. */
  requestMs: number;
  /** An idle client connection is kept this long. 75 s: longer than the pools of usual clients, so that they close first. */
  clientIdleMs: number;
  /** Client connections of a listener at once; more are closed at once. */
  clientConnections: number;
  /** Connections to one endpoint at once. 256: more than a model server works on in parallel. */
  endpointConnections: number;
  /** Requests that wait for or use one endpoint; more are answered 503, before memory is full of them. */
  endpointRequests: number;
  /** An idle connection to an endpoint is kept this long. 4 s: shorter than the 5 s after which Node's servers close. */
  endpointIdleMs: number;
  /** Time for connecting to an endpoint. 5 s: endpoints are near, those outside may be far. */
  connectMs: number;
  /** Time until an endpoint answers, where the route does not say. 5 min: large models are slow, and undici's default. */
  answerMs: number;
  /** Longest pause inside a response, where the route does not say. */
  pauseMs: number;
  /** A body up to this size is read before it is sent, so that another endpoint can be tried. 64 KiB: most predictions. */
  replayBytes: number;
  /** Endpoints tried for one request. 3: more would only multiply the load when everything is down. */
  attempts: number;
  /** Passes through gateways of this kind, counted in `Via`; more is a loop (508). */
  hops: number;
  /** Outside hosts with kept connections at once; the one that was idle longest makes room. */
  outsideHosts: number;
  /** Idle time after which a tunnel or upgraded connection is closed. 1 h: long-lived streams pause. */
  tunnelIdleMs: number;
  /** After an answer to a request whose body was not wanted, the rest of it is read and dropped for this long. 5 s: a reset at once would lose the answer. */
  lingerMs: number;
  /** Time for requests in flight when the gateway stops. 8 s: less than what its parent waits before killing it. */
  drainMs: number;
}

export const defaultLimits: Limits = {
  headerBytes: 64 * 1024,
  headMs: 30_000,
  requestMs: 3_600_000,
  clientIdleMs: 75_000,
  clientConnections: 8192,
  endpointConnections: 256,
  endpointRequests: 4096,
  endpointIdleMs: 4000,
  connectMs: 5000,
  answerMs: 300_000,
  pauseMs: 300_000,
  replayBytes: 64 * 1024,
  attempts: 3,
  hops: 16,
  outsideHosts: 256,
  tunnelIdleMs: 3_600_000,
  lingerMs: 5000,
  drainMs: 8000,
};
