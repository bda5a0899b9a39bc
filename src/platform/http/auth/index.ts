export { Public, Roles, RolesOrLoopback } from './access';
export { type Actor, actorOf } from './actor';
export { AuthGuard } from './guard';
