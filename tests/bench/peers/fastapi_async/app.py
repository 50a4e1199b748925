"""P2: FastAPI + asyncpg (prepared statements, orjson), the stronger Python variant."""

import os
from contextlib import asynccontextmanager
from typing import Literal

import asyncpg
import orjson
from fastapi import FastAPI, HTTPException, Query, Response
from pydantic import BaseModel, Field

POOL = max(1, int(os.environ.get("POOL", "16")) // int(os.environ.get("WORKERS", "1")))
COLS = "id, title, owner, status, description, created_at, updated_at"
Status = Literal["pending", "active", "done", "archived"]
db: asyncpg.Pool


class RecordIn(BaseModel):
    title: str = Field(min_length=1)
    owner: str = Field(min_length=1)
    status: Status = "pending"
    description: str = ""


@asynccontextmanager
async def lifespan(_: FastAPI):
    global db

    async def no_reset(_conn):
        """No session state is ever set here, so the pool's RESET round trip is left out."""

    db = await asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=POOL, max_size=POOL, reset=no_reset)
    yield
    await db.close()


app = FastAPI(lifespan=lifespan)


def reply(value, code: int = 200) -> Response:
    return Response(orjson.dumps(value, default=dict), code, media_type="application/json")


def one(row) -> asyncpg.Record:
    if row is None:
        raise HTTPException(404, "record not found")
    return row


@app.get("/records/analytics/flink")
async def analytics():
    async with db.acquire() as c:
        statuses = dict(await c.fetch("SELECT status, count(*) FROM records GROUP BY status"))
        owners = dict(await c.fetch("SELECT owner, count(*) FROM records GROUP BY owner"))
    return reply(
        {"engine": "sql_fallback", "status_counts": statuses, "owner_counts": owners, "total": sum(statuses.values())}
    )


@app.get("/records/")
async def list_records(
    skip: int = Query(0, ge=0),
    limit: int = Query(20, ge=1, le=100),
    status: Status | None = None,
    owner: str | None = None,
    q: str | None = None,
):
    where, args = [], []
    for column, value in (("status", status), ("owner", owner)):
        if value is not None:
            args.append(value)
            where.append(f"{column} = ${len(args)}")
    if q is not None:
        args.append("%" + q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%")
        where.append(f"(title ILIKE ${len(args)} OR description ILIKE ${len(args)})")
    cond = " WHERE " + " AND ".join(where) if where else ""
    n = len(args)
    async with db.acquire() as c:
        total = await c.fetchval("SELECT count(*) FROM records" + cond, *args)
        items = await c.fetch(
            f"SELECT {COLS} FROM records{cond} ORDER BY id OFFSET ${n + 1} LIMIT ${n + 2}", *args, skip, limit
        )
    return reply({"items": items, "total": total, "skip": skip, "limit": limit})


@app.post("/records/")
async def create(body: RecordIn):
    return reply(
        await db.fetchrow(
            f"INSERT INTO records (title, owner, status, description) VALUES ($1, $2, $3, $4) RETURNING {COLS}",
            body.title,
            body.owner,
            body.status,
            body.description,
        ),
        201,
    )


@app.get("/records/{record_id}")
async def get(record_id: int):
    return reply(one(await db.fetchrow(f"SELECT {COLS} FROM records WHERE id = $1", record_id)))


@app.put("/records/{record_id}")
async def update(record_id: int, body: RecordIn):
    return reply(
        one(
            await db.fetchrow(
                "UPDATE records SET title = $2, owner = $3, status = $4, description = $5, updated_at = now() "
                f"WHERE id = $1 RETURNING {COLS}",
                record_id,
                body.title,
                body.owner,
                body.status,
                body.description,
            )
        )
    )


@app.delete("/records/{record_id}")
async def delete(record_id: int):
    one(await db.fetchrow("DELETE FROM records WHERE id = $1 RETURNING id", record_id))
    return Response(status_code=204)
