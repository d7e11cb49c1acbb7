using Davit.Primitives;
using Davit.Storage.Disk;
using Microsoft.Data.Sqlite;

namespace Davit.Storage.Documents;

/// <summary>Documents in one SQLite table. One thread writes; whatever waits when it comes round goes into one transaction, so that a sync serves many.</summary>
internal sealed class DocumentStore : IDocumentStore, IDisposable
{
    private const int MostInGroup = 512;

    /// <summary>SQLITE_FULL.</summary>
    private const int Full = 13;

    private readonly string _path;
    private readonly object _gate = new();
    private readonly Queue<Request> _queue = [];
    private readonly SqliteConnection _connection;
    private readonly Thread _writer;
    private readonly SpaceReserve _reserve;
    private bool _closing;

    /// <param name="path">The database file; made when it is not there.</param>
    /// <param name="reserve">Space that removals may use on a full disk.</param>
    internal DocumentStore(string path, SpaceReserve reserve)
    {
        (_path, _reserve) = (path, reserve);
        _connection = Connect(path);
        try
        {
            using var command = _connection.CreateCommand();

            // The journal is durable at every commit (FULL); a cache of 1 MiB is plenty as reads come from the owners' models.
            command.CommandText = """
                PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-1024; PRAGMA locking_mode=NORMAL;
                CREATE TABLE IF NOT EXISTS documents (collection TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (collection, key)) WITHOUT ROWID;
                """;
            command.ExecuteNonQuery();
        }
        catch (SqliteException e)
        {
            _connection.Dispose();
            throw Translate(e);
        }

        _writer = new Thread(Write) { IsBackground = true, Name = "documents" };
        _writer.Start();
    }

    public IReadOnlyDictionary<string, byte[]> LoadAll(string collection)
    {
        try
        {
            using var connection = Connect(_path);
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT key, value FROM documents WHERE collection = $c";
            command.Parameters.AddWithValue("$c", collection);
            using var reader = command.ExecuteReader();
            var documents = new Dictionary<string, byte[]>(StringComparer.Ordinal);
            while (reader.Read()) documents[reader.GetString(0)] = reader.GetFieldValue<byte[]>(1);
            return documents;
        }
        catch (SqliteException e)
        {
            throw Translate(e);
        }
    }

    public Task WriteAsync(IReadOnlyList<DocumentChange> changes, CancellationToken cancellation)
    {
        if (changes.Count == 0) return Task.CompletedTask;
        if (cancellation.IsCancellationRequested) return Task.FromCanceled(cancellation);
        var request = new Request(changes);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closing, this);
            _queue.Enqueue(request);
            Monitor.Pulse(_gate);
        }

        // Once queued it happens: a caller that gave up must not find half of an answer.
        return request.Done.Task;
    }

    /// <summary>Proves that the database is whole; the first complaint, or null.</summary>
    internal string? Verify()
    {
        using var connection = Connect(_path);
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA integrity_check(1)";
        var answer = command.ExecuteScalar() as string;
        return answer == "ok" ? null : answer ?? "no answer";
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_closing) return;
            _closing = true;
            Monitor.Pulse(_gate);
        }

        _writer.Join();
        _connection.Dispose();
    }

    private static SqliteConnection Connect(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        try
        {
            connection.Open();
            return connection;
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw new DavitException(ErrorKind.Internal, $"open {path}: {e.Message}", inner: e);
        }
    }

    private void Write()
    {
        using var put = _connection.CreateCommand();
        put.CommandText = "INSERT OR REPLACE INTO documents (collection, key, value) VALUES ($c, $k, $v)";
        using var delete = _connection.CreateCommand();
        delete.CommandText = "DELETE FROM documents WHERE collection = $c AND key = $k";
        foreach (var command in (SqliteCommand[])[put, delete])
        {
            command.Parameters.Add("$c", SqliteType.Text);
            command.Parameters.Add("$k", SqliteType.Text);
        }

        put.Parameters.Add("$v", SqliteType.Blob);
        var group = new List<Request>();
        while (true)
        {
            group.Clear();
            lock (_gate)
            {
                while (_queue.Count == 0)
                {
                    if (_closing) return;
                    Monitor.Wait(_gate);
                }

                while (group.Count < MostInGroup && _queue.TryDequeue(out var request)) group.Add(request);
            }

            var failure = TryCommit(group, put, delete);
            if (failure is null)
            {
                _reserve.Take();
                foreach (var request in group) Complete(request, null);
                continue;
            }

            // one that is too big for the disk must not take the others with it
            foreach (var request in group) Complete(request, CommitAlone(request, put, delete));
        }
    }

    /// <summary>
    /// On a full disk the log is emptied into the database first, which then has room for as much as it had. What removes or replaces may use the reserve
    /// beyond that: containers are stopped and images removed on a full disk.
    /// </summary>
    private SqliteException? CommitAlone(Request request, SqliteCommand put, SqliteCommand delete)
    {
        var failure = TryCommit([request], put, delete);
        if (failure is not { SqliteErrorCode: Full }) return failure;
        Checkpoint();
        failure = TryCommit([request], put, delete);
        if (failure is not { SqliteErrorCode: Full } || !request.Changes.All(change => change.Value is null || Exists(change)) || !_reserve.Release()) return failure;
        Checkpoint();
        return TryCommit([request], put, delete);
    }

    private void Checkpoint()
    {
        try
        {
            using var command = _connection.CreateCommand();
            command.CommandText = "PRAGMA wal_checkpoint(RESTART)";
            command.ExecuteNonQuery();
        }
        catch (SqliteException)
        {
            // no room for that either: the commit that follows says so
        }
    }

    private bool Exists(DocumentChange change)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "SELECT 1 FROM documents WHERE collection = $c AND key = $k";
        command.Parameters.AddWithValue("$c", change.Collection);
        command.Parameters.AddWithValue("$k", change.Key);
        return command.ExecuteScalar() is not null;
    }

    private void Complete(Request request, SqliteException? failure)
    {
        if (failure is null) request.Done.SetResult();
        else request.Done.SetException(Translate(failure));
    }

    private SqliteException? TryCommit(List<Request> group, SqliteCommand put, SqliteCommand delete)
    {
        try
        {
            using var transaction = _connection.BeginTransaction(deferred: false);
            foreach (var change in group.SelectMany(request => request.Changes))
            {
                var command = change.Value is null ? delete : put;
                command.Transaction = transaction;
                command.Parameters["$c"].Value = change.Collection;
                command.Parameters["$k"].Value = change.Key;
                if (change.Value is not null) put.Parameters["$v"].Value = change.Value;
                command.ExecuteNonQuery();
            }

            transaction.Commit();
            return null;
        }
        catch (SqliteException e)
        {
            return e;
        }
    }

    private DavitException Translate(SqliteException e) => e.SqliteErrorCode switch
    {
        Full => new(ErrorKind.Internal, $"write {_path}: no space left on device", "free some space, for example by 'davit system prune'", e),

        // SQLITE_CORRUPT, SQLITE_NOTADB
        11 or 26 => new(ErrorKind.DataLoss, $"{_path} is damaged: {e.Message}", "run 'davit system check --repair'", e),
        _ => new(ErrorKind.Internal, $"{_path}: {e.Message}", inner: e),
    };

    private sealed record Request(IReadOnlyList<DocumentChange> Changes)
    {
        internal TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
