import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { refuse } from './answer.ts';
import { closeIfDraining, type DataPlane } from './data-plane.ts';
import { Exchange } from './exchange.ts';
import { modifyHeaders } from './headers.ts';
import { observeEnd } from './observe.ts';
import { type Decision, routeRequest } from './route-request.ts';

/** Answers requests that come to the external port, by HTTPRoutes. */
export function createExternalListener(plane: DataPlane): RequestListener {
  const onAnswer = closeIfDraining(plane);
  return (req, res) => {
    const startedAt = plane.observe ? plane.clock() : 0;
    const decision = routeRequest(plane, req);
    const exchange = carryOut(plane, req, res, decision, onAnswer);
    if (plane.observe) {
      const { route, service } = decision;
      observeEnd(plane, res, { listener: 'external', method: req.method ?? '', route, service, startedAt }, exchange);
    }
  };
}

function carryOut(
  plane: DataPlane,
  req: IncomingMessage,
  res: ServerResponse,
  decision: Decision,
  onAnswer: (res: ServerResponse) => void,
): Exchange | undefined {
  if (decision.kind === 'forward') {
    // The client waits for this before it sends a body; one that is refused anyway it need not send.
    if (req.headers.expect !== undefined) res.writeContinue();
    const exchange = new Exchange(req, res, decision.plan, plane.limits, onAnswer);
    exchange.start();
    return exchange;
  }
  onAnswer(res);
  // Whether the client sends its body in spite of the answer is not known, so nothing may follow on this connection.
  if (req.headers.expect !== undefined) res.shouldKeepAlive = false;
  if (decision.kind === 'refuse') refuse(res, decision.refusal);
  else {
    const headers = ['location', decision.location, 'content-length', '0'];
    res.writeHead(decision.status, modifyHeaders(headers, decision.rule.filters.responseHeaders));
    res.end();
  }
  return undefined;
}
