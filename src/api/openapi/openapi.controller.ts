import { Controller, Get, Injectable } from '@nestjs/common';
import { ApiExcludeController, type OpenAPIObject } from '@nestjs/swagger';
import { Public } from '../../platform/http/auth';

/** Knows the application that it is part of, which is there only after its parts. */
@Injectable()
export class OpenApi {
  private made: OpenAPIObject | null = null;
  make: () => OpenAPIObject = () => {
    throw new Error('the application is not assembled');
  };

  document(): OpenAPIObject {
    return (this.made ??= this.make());
  }
}

@ApiExcludeController()
@Controller('openapi.json')
export class OpenApiController {
  constructor(private readonly openApi: OpenApi) {}

  @Get()
  @Public()
  get(): OpenAPIObject {
    return this.openApi.document();
  }
}
