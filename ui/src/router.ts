// One room, one bundle: what 解锁 needs is small, everything else comes when its door is opened.
import { createRouter, createWebHashHistory } from 'vue-router'

export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    { path: '/', redirect: '/today' },
    { path: '/today', component: () => import('./rooms/today/TodayRoom.vue') },
    {
      path: '/onsite/new/:kind(patrol|inspection|complaint)',
      component: () => import('./rooms/onsite/OnsiteStart.vue'),
      props: (route) => ({ kind: route.params.kind, follows: route.query.follows }),
    },
    {
      path: '/onsite/:id',
      component: () => import('./rooms/onsite/SiteMatter.vue'),
      props: (route) => ({ id: route.params.id, first: route.query.do }),
    },
    { path: '/matters', component: () => import('./rooms/matter/MattersRoom.vue') },
    {
      path: '/matters/:id',
      component: () => import('./rooms/matter/MatterRoom.vue'),
      props: (route) => ({ id: route.params.id, entry: route.query.entry }),
    },
    { path: '/drafts/:id', component: () => import('./rooms/draft/DraftRoom.vue'), props: true },
    { path: '/media', component: () => import('./rooms/media/MediaRoom.vue') },
    { path: '/cameras', component: () => import('./rooms/media/CamerasRoom.vue') },
    { path: '/media/:id', component: () => import('./rooms/media/FileRoom.vue'), props: true },
    { path: '/search', component: () => import('./rooms/search/SearchRoom.vue') },
    { path: '/sync', component: () => import('./rooms/sync/SyncRoom.vue') },
    { path: '/admin', component: () => import('./rooms/admin/AdminRoom.vue') },
    { path: '/settings', component: () => import('./rooms/settings/SettingsRoom.vue') },
    { path: '/manual/:page?', component: () => import('./rooms/manual/ManualRoom.vue'), props: true },
    { path: '/:rest(.*)*', redirect: '/today' },
  ],
})
