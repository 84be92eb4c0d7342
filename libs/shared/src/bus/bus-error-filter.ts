import { throwError, type Observable } from 'rxjs';

/**
 * Nest's own filter for messages answers every error with an object that has lost the cause. This one passes the error on unchanged: the
 * bus logs its cause and gives no answer. It is set on each controller of an application that also serves HTTP, because there a global
 * filter would be registered after the listeners.
 */
export class BusErrorFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}
