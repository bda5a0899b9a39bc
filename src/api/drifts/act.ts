import { HttpCode, UseInterceptors, applyDecorators } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiConflictResponse,
  ApiHeader,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
} from '@nestjs/swagger';
import { Roles } from '../../platform/http/auth';
import { RecordedInterceptor } from '../requests/recorded';
import { type DriftDetail, driftDetail } from './drift-schema';

/** A route by which a person does something about a drift: an operator's, and safe to repeat with an Idempotency-Key. */
export function ActRoute(summary: string): MethodDecorator {
  return applyDecorators(
    Roles('operator'),
    HttpCode(200),
    UseInterceptors(new RecordedInterceptor<DriftDetail>()),
    ApiOperation({ summary }),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description: 'The same act by the same actor with the same key is recorded once.',
    }),
    ApiOkResponse({ standardSchema: driftDetail, description: 'Recorded; the drift shows it.' }),
    ApiAcceptedResponse({
      standardSchema: driftDetail,
      description: 'Recorded at `Tallystick-Position`; the drift does not show it yet.',
    }),
    ApiNotFoundResponse({ description: 'There is no such drift.' }),
    ApiConflictResponse({ description: 'The drift is not open, or the key was used for something else.' }),
  );
}
