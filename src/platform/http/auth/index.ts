export { Public, Roles, RolesOrLoopback } from './access';
export { actorOf } from './actor';
export { AuthGuard } from './guard';
