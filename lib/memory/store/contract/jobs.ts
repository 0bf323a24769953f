import { expect, it } from 'vitest'
import type { Store } from '../store.ts'
import { bob, eve, type Scene } from './scene.ts'

export function jobsContract(store: () => Store, scene: Scene): void {
  const { said, append, summarise } = scene

  it('gives a job to one holder at a time, and to another when the lease ran out', async () => {
    await store().appendMessages(bob, [said('m1')], { jobs: [{ kind: 'compaction', dueAt: 10 }] })
    expect(await store().nextJobAt()).toBe(10)
    expect(await store().claimJob({ now: 9, leaseMs: 100, lease: 'A' })).toBeNull()
    const first = await store().claimJob({ now: 10, leaseMs: 100, lease: 'A' })
    expect(first).toMatchObject({ ref: bob, kind: 'compaction', attempts: 0, lease: 'A' })
    expect(await store().claimJob({ now: 50, leaseMs: 100, lease: 'B' })).toBeNull()
    expect(await store().nextJobAt()).toBe(110)
    const second = await store().claimJob({ now: 110, leaseMs: 100, lease: 'B' })
    if (!first || !second) throw new Error('expected two claims')
    expect(await store().renewJob(first, 500)).toBe(false)
    expect(await store().renewJob(second, 500)).toBe(true)
    await store().finishJob(first)
    expect(await store().nextJobAt()).toBe(500)
    await store().finishJob(second)
    expect(await store().nextJobAt()).toBeNull()
  })

  it('gives each job to one of many who look for work at once', async () => {
    for (let n = 0; n < 5; n++) {
      await store().appendMessages({ ...bob, sessionId: `s${n}` }, [said('m1')], {
        jobs: [{ kind: 'compaction', dueAt: 1 }],
      })
    }
    const claims = await Promise.all(
      Array.from({ length: 12 }, (_, n) => store().claimJob({ now: 5, leaseMs: 100, lease: `L${n}` })),
    )
    const ids = claims.flatMap((job) => job?.id ?? [])
    expect(ids).toHaveLength(5)
    expect(new Set(ids).size).toBe(5)
  })

  it('runs again when it was asked for while it ran', async () => {
    await append(bob, 'm1')
    await store().enqueueJob(bob, { kind: 'compaction', dueAt: 5 })
    const job = await store().claimJob({ now: 5, leaseMs: 100, lease: 'A' })
    await store().enqueueJob(bob, { kind: 'compaction', dueAt: 6 })
    if (job) await store().finishJob(job)
    expect(await store().claimJob({ now: 6, leaseMs: 100, lease: 'B' })).not.toBeNull()
  })

  it('waits after a failure, and a new request does not shorten the pause', async () => {
    await append(bob, 'm1')
    await store().enqueueJob(bob, { kind: 'compaction', dueAt: 5 })
    const job = await store().claimJob({ now: 5, leaseMs: 100, lease: 'A' })
    if (job) await store().failJob(job, { dueAt: 1000, error: 'no' })
    await store().enqueueJob(bob, { kind: 'compaction', dueAt: 6 })
    expect(await store().nextJobAt()).toBe(1000)
    expect(await store().claimJob({ now: 1000, leaseMs: 100, lease: 'B' })).toMatchObject({ attempts: 1 })
  })

  it('does not wait for a time that only a clock gone wrong can have set', async () => {
    const tomorrow = 24 * 3_600_000
    await store().appendMessages(bob, [said('m1')], { jobs: [{ kind: 'compaction', dueAt: tomorrow }] })
    const ahead = await store().claimJob({ now: tomorrow, leaseMs: 100, lease: 'A' })
    expect(ahead).not.toBeNull()
    expect(await store().claimJob({ now: 5, leaseMs: 100, lease: 'B' })).toMatchObject({ id: ahead?.id })
    expect(await store().claimJob({ now: 6, leaseMs: 100, lease: 'C' })).toBeNull()
  })

  it('is told of, while it waits and while it runs', async () => {
    await append(bob, 'm1')
    expect(await store().getJob(bob, 'compaction')).toBeNull()
    await store().enqueueJob(bob, { kind: 'compaction', dueAt: 5 })
    expect(await store().getJob(bob, 'title')).toBeNull()
    expect(await store().getJob(eve, 'compaction')).toBeNull()
    const waiting = { dueAt: 5, attempts: 0, rebuild: false, leaseUntil: null }
    expect(await store().getJob(bob, 'compaction')).toEqual(waiting)
    const job = await store().claimJob({ now: 5, leaseMs: 100, lease: 'A' })
    expect(await store().getJob(bob, 'compaction')).toEqual({ ...waiting, leaseUntil: 105 })
    if (job) await store().failJob(job, { dueAt: 1000, error: 'no' })
    expect(await store().getJob(bob, 'compaction')).toMatchObject({ dueAt: 1000, attempts: 1 })
  })

  it('is tried at once when a person asks, as if it had never failed, and is what it was: a rebuild or none', async () => {
    await append(bob, 'm1', 'm2')
    for (const rebuild of [false, true]) {
      await store().enqueueJob(bob, { kind: 'compaction', dueAt: 5, rebuild })
      const failing = await store().claimJob({ now: 5, leaseMs: 100, lease: 'A' })
      if (failing) await store().failJob(failing, { dueAt: 1000, error: 'no' })
      await store().enqueueJob(bob, { kind: 'compaction', dueAt: 6, atOnce: true })
      expect(await store().nextJobAt()).toBe(6)
      const job = await store().claimJob({ now: 6, leaseMs: 100, lease: 'B' })
      expect(job).toMatchObject({ rebuild, attempts: 0 })
      if (job) await store().finishJob(job)
      expect(await store().nextJobAt()).toBeNull()
    }
    await store().enqueueJob(bob, { kind: 'compaction', dueAt: 7, atOnce: true })
    expect(await store().getJob(bob, 'compaction')).toMatchObject({ dueAt: 7, rebuild: false })
  })

  it('is tried at once when a person asks for a rebuild, which the next summary settles', async () => {
    await append(bob, 'm1', 'm2')
    await store().enqueueJob(bob, { kind: 'compaction', dueAt: 5 })
    const first = await store().claimJob({ now: 5, leaseMs: 100, lease: 'A' })
    if (first) await store().failJob(first, { dueAt: 1000, error: 'no' })
    await store().enqueueJob(bob, { kind: 'compaction', dueAt: 6, rebuild: true })
    await store().enqueueJob(bob, { kind: 'compaction', dueAt: 6 })
    const job = await store().claimJob({ now: 6, leaseMs: 100, lease: 'B' })
    if (!job) throw new Error('expected a claim')
    expect(job).toMatchObject({ rebuild: true, attempts: 0 })
    await summarise(bob, 'S1', 'm1', null, { ...job, jobId: job.id })
    expect(await store().getJob(bob, 'compaction')).toMatchObject({ rebuild: false })
  })

  it('leaves the jobs of a deleted session alone', async () => {
    await store().appendMessages(bob, [said('m1')], { jobs: [{ kind: 'compaction', dueAt: 1 }] })
    await store().deleteSession(bob, 2)
    expect(await store().claimJob({ now: 5, leaseMs: 100, lease: 'A' })).toBeNull()
    expect(await store().nextJobAt()).toBeNull()
  })
}
