/** Reading the audit trail. Names and user agents in it are whatever strangers sent: they leave as JSON or quoted CSV only. */
import { Readable } from 'node:stream';
import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { AuditPage, AuditQuery, AuditSummary, AuditTypes } from '@pantau/contract/audit';
import { Envelope } from '@pantau/contract/envelope';
import { presentAuditEntry } from './audit-present.ts';
import type { AuditService } from './audit-service.ts';

export function auditRoutes(audit: AuditService): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    app.get(
      '/api/admin/audit',
      {
        config: { access: 'audit:read' },
        schema: {
          summary: 'Entries of the audit trail, newest first',
          querystring: AuditQuery,
          response: { 200: Envelope(AuditPage) },
        },
      },
      async (request, reply) => {
        const { entries, nextBefore } = await audit.list(request.query);
        reply.header('cache-control', 'no-store');
        return {
          success: true as const,
          data: { entries: entries.map(presentAuditEntry), next_before: nextBefore },
        };
      },
    );

    app.get(
      '/api/admin/audit/types',
      {
        config: { access: 'audit:read' },
        schema: { summary: 'Kinds of entries', response: { 200: Envelope(AuditTypes) } },
      },
      (_request, reply) => {
        reply.header('cache-control', 'no-store');
        return { success: true as const, data: [...audit.listTypes()] };
      },
    );

    app.get(
      '/api/admin/audit/summary',
      {
        config: { access: 'audit:read' },
        schema: { summary: 'The last seven days in figures', response: { 200: Envelope(AuditSummary) } },
      },
      async (_request, reply) => {
        const { sinceMs, byType, failingAddresses } = await audit.summarise();
        reply.header('cache-control', 'no-store');
        return {
          success: true as const,
          data: {
            since: new Date(sinceMs).toISOString(),
            by_type: [...byType],
            failing_addresses: [...failingAddresses],
          },
        };
      },
    );

    app.get(
      '/api/admin/audit/export.csv',
      {
        config: { access: 'audit:read' },
        schema: {
          summary: 'The newest 10,000 entries as CSV',
          querystring: Type.Omit(AuditQuery, ['limit']),
          produces: ['text/csv'],
          // What is sent is a stream of the text that this describes.
          response: { 200: Type.Unsafe<Readable>({ type: 'string', description: 'CSV (RFC 4180)' }) },
        },
      },
      (request, reply) => {
        reply
          .header('cache-control', 'no-store')
          .header('content-disposition', 'attachment; filename="pantau-audit.csv"')
          .header('x-content-type-options', 'nosniff')
          .type('text/csv; charset=utf-8')
          .send(Readable.from(audit.exportCsv(request.query)));
      },
    );
    done();
  };
}
