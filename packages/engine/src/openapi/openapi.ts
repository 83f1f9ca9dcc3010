import { createHash } from 'node:crypto';
import type { ApiResponse } from '@serval/kube/client';
import { bytesAnswer, jsonAnswer } from '../http/answer.ts';
import { parseAccept } from '../http/negotiate.ts';
import type { Catalogue } from '../registry/catalogue.ts';
import { documentV2 } from './document-v2.ts';
import { createHasher, documentIndex, documentV3 } from './document-v3.ts';
import { encodeGnostic } from './gnostic.ts';

/** Answers `/openapi/…` paths; `undefined` for others. */
export type AnswerOpenApi = (pathname: string, accept: string | undefined) => ApiResponse | undefined;

const gnosticType = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

/** Documents are made when asked for: they are large, rarely read, and clients keep them by their hashes. */
export function createOpenApi(catalogue: Catalogue): AnswerOpenApi {
  const hashOf = createHasher();
  return (pathname, accept) => {
    if (pathname === '/openapi/v3' || pathname === '/openapi/v3/')
      return jsonAnswer(200, documentIndex(catalogue, hashOf));
    if (pathname === '/openapi/v2') return answerV2(catalogue, accept);
    if (!pathname.startsWith('/openapi/v3/')) return undefined;
    const document = documentV3(catalogue, pathname.slice('/openapi/v3/'.length));
    return document && jsonAnswer(200, document, { 'cache-control': 'public, immutable' });
  };
}

function answerV2(catalogue: Catalogue, accept: string | undefined): ApiResponse {
  const wantsProtobuf = parseAccept(accept)[0]?.type.includes('proto-openapi.spec.v2') ?? false;
  const document = documentV2(catalogue);
  if (!wantsProtobuf) return jsonAnswer(200, document);
  const bytes = encodeGnostic(document);
  const etag = createHash('sha256').update(bytes).digest('hex').toUpperCase();
  return bytesAnswer(200, gnosticType, bytes, { etag: `"${etag}"`, vary: 'Accept' });
}
