/** The description of the public surface, OpenAPI 3.1, made of the schemas by which requests are checked. */
import { type INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { z } from 'zod';

const METHODS = ['get', 'put', 'post', 'delete'] as const;
const PROBLEM = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };

const description =
  `Every message that a retailer's systems send is kept; both halves are laid side by side; where they do not
meet there is a drift, with its cause, the first fact where they parted, and a fix. Lists answer JSON, CSV or NDJSON by \`Accept\`.
Errors are RFC 9457 problems with a stable \`code\`. Times are RFC 3339 in UTC.`.replaceAll('\n', ' ');

export function openApiDocument(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Tallystick')
    .setDescription(description)
    .setVersion('1')
    .addBearerAuth({
      type: 'http',
      scheme: 'bearer',
      description: 'A configured key. None is needed on loopback without keys.',
    })
    .addSecurityRequirements('bearer')
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    standardSchemaConverter: (schema, { schemaType }) =>
      schema instanceof z.ZodType ? jsonSchema(schema, schemaType) : undefined,
  });
  return completed(document);
}

/** As a member of another schema, so that one with a name of its own becomes a reference too. */
function jsonSchema(schema: z.ZodType, io: 'input' | 'output') {
  const { properties, $defs } = z.toJSONSchema(z.object({ it: schema }), {
    io,
    target: 'draft-2020-12',
    unrepresentable: 'any',
    override: ({ jsonSchema: made }) => tidy(made, io),
  });
  return { schema: properties?.['it'], components: $defs };
}

function tidy(made: z.core.JSONSchema.BaseSchema, io: 'input' | 'output'): void {
  delete made.id;
  // What a number or a time looks like is said by its type and format.
  if (made.type === 'integer' || made.format === 'date-time') delete made.pattern;
  if (made.minimum === Number.MIN_SAFE_INTEGER) delete made.minimum;
  if (made.maximum === Number.MAX_SAFE_INTEGER) delete made.maximum;
  // An answer may get further members; a request may not.
  if (io === 'output' && made.additionalProperties === false) delete made.additionalProperties;
}

/** Every operation may answer a problem; a list's other two forms are text. */
function completed(document: OpenAPIObject): OpenAPIObject {
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, Problem: problem() },
  };
  for (const item of Object.values(document.paths)) {
    for (const operation of METHODS.map((method) => item[method])) {
      if (!operation) continue;
      operation.responses['default'] = { description: 'A problem.', content: PROBLEM };
      for (const [status, response] of Object.entries(operation.responses)) {
        if (!response || '$ref' in response) continue;
        if (/^[45]/.test(status)) response.content ??= PROBLEM;
        if (response.description === '') response.description = 'As asked.';
        for (const type of ['text/csv', 'application/x-ndjson'] as const)
          if (response.content?.[type]) response.content[type] = { schema: { type: 'string' } };
      }
    }
  }
  document.paths = Object.fromEntries(Object.entries(document.paths).sort(([a], [b]) => (a < b ? -1 : 1)));
  return document;
}

function problem() {
  const text = { type: 'string' };
  return {
    type: 'object',
    required: ['type', 'title', 'status', 'code', 'detail', 'instance'],
    properties: {
      type: { type: 'string', format: 'uri' },
      title: text,
      status: { type: 'integer' },
      code: { type: 'string', description: 'Stable, in kebab-case.' },
      detail: text,
      instance: text,
    },
    additionalProperties: true,
  };
}
