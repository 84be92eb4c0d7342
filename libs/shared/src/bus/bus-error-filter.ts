import { throwError, type Observable } from 'rxjs';

/**
 * Nest's own filter for messages answers every error with an object that has lost the cause. This one hands the error on as it
 * is: the bus logs its cause, and gives no answer. Set on each controller of an application that also has HTTP: there a global
 * filter would come after its listeners.
 */
export class BusErrorFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}
