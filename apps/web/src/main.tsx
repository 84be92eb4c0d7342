import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useEffect, useMemo } from 'react';
import { createRoot } from 'react-dom/client';
import { createQueries } from './api/use-read.js';
import { DoorPage } from './door/door-page.js';
import { useDoor } from './door/use-door.js';
import { LiveFleet } from './live/use-live.js';
import { createPages, preloadPages } from './pages.js';
import './style/tokens.css';
import './style/base.css';

/** The door, or what is behind it. Another login begins with nothing of the one before. */
function Orrery() {
  const state = useDoor();
  if (state.is === 'asking') return null;
  if (state.is === 'closed') return <DoorPage why={state.why} />;
  return <Inside key={state.login.id} login={state.login.id} />;
}

function Inside({ login }: { login: string }) {
  const queries = useMemo(createQueries, []);
  const pages = useMemo(createPages, []);
  useEffect(preloadPages, []);
  return (
    <QueryClientProvider client={queries}>
      <LiveFleet login={login}>
        <RouterProvider router={pages} />
      </LiveFleet>
    </QueryClientProvider>
  );
}

const root = document.getElementById('root');
if (root) createRoot(root).render(<Orrery />);
