"""P1: FastAPI + SQLAlchemy 2 (ORM, synchronous) + psycopg2."""

import os
from datetime import datetime
from typing import Literal

from fastapi import FastAPI, HTTPException, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import BigInteger, DateTime, Identity, String, create_engine, func, or_, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

DRIVER = os.environ.get("SQLALCHEMY_DRIVER", "psycopg2")
URL = os.environ["DATABASE_URL"].replace("postgresql://", f"postgresql+{DRIVER}://", 1)
POOL = max(1, int(os.environ.get("POOL", "16")) // int(os.environ.get("WORKERS", "1")))
engine = create_engine(URL, pool_size=POOL, max_overflow=0, pool_timeout=30)
new_session = sessionmaker(engine, expire_on_commit=False)


class Base(DeclarativeBase):
    pass


class Record(Base):
    __tablename__ = "records"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    title: Mapped[str] = mapped_column(String)
    owner: Mapped[str] = mapped_column(String)
    status: Mapped[str] = mapped_column(String)
    description: Mapped[str] = mapped_column(String)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


Status = Literal["pending", "active", "done", "archived"]


class RecordIn(BaseModel):
    title: str = Field(min_length=1)
    owner: str = Field(min_length=1)
    status: Status = "pending"
    description: str = ""


class RecordOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    title: str
    owner: str
    status: str
    description: str
    created_at: datetime
    updated_at: datetime


class Page(BaseModel):
    items: list[RecordOut]
    total: int
    skip: int
    limit: int


app = FastAPI()


@app.get("/records/analytics/flink")
def analytics() -> dict:
    with new_session() as s:
        statuses = dict(s.execute(select(Record.status, func.count()).group_by(Record.status)).tuples().all())
        owners = dict(s.execute(select(Record.owner, func.count()).group_by(Record.owner)).tuples().all())
    return {
        "engine": "sql_fallback",
        "status_counts": statuses,
        "owner_counts": owners,
        "total": sum(statuses.values()),
    }


@app.get("/records/", response_model=Page)
def list_records(
    skip: int = Query(0, ge=0),
    limit: int = Query(20, ge=1, le=100),
    status: Status | None = None,
    owner: str | None = None,
    q: str | None = None,
):
    where = []
    if status is not None:
        where.append(Record.status == status)
    if owner is not None:
        where.append(Record.owner == owner)
    if q is not None:
        where.append(or_(Record.title.icontains(q, autoescape=True), Record.description.icontains(q, autoescape=True)))
    with new_session() as s:
        total = s.scalar(select(func.count()).select_from(Record).where(*where))
        items = s.scalars(select(Record).where(*where).order_by(Record.id).offset(skip).limit(limit)).all()
    return {"items": items, "total": total, "skip": skip, "limit": limit}


@app.post("/records/", response_model=RecordOut, status_code=201)
def create(body: RecordIn):
    with new_session() as s:
        r = Record(**body.model_dump())
        s.add(r)
        s.flush()
        s.refresh(r)
        s.commit()
    return r


def found(s: Session, record_id: int) -> Record:
    r = s.get(Record, record_id)
    if r is None:
        raise HTTPException(404, "record not found")
    return r


@app.get("/records/{record_id}", response_model=RecordOut)
def get(record_id: int):
    with new_session() as s:
        return found(s, record_id)


@app.put("/records/{record_id}", response_model=RecordOut)
def update(record_id: int, body: RecordIn):
    with new_session() as s:
        r = found(s, record_id)
        for k, v in body.model_dump().items():
            setattr(r, k, v)
        r.updated_at = func.now()
        s.flush()
        s.refresh(r)
        s.commit()
    return r


@app.delete("/records/{record_id}", status_code=204)
def delete(record_id: int):
    with new_session() as s:
        s.delete(found(s, record_id))
        s.commit()
    return Response(status_code=204)
