using Davit.Primitives;
using Microsoft.Data.Sqlite;

namespace Davit.Storage.Documents;

/// <summary>Documents in one SQLite table. One thread writes; whatever waits when it comes round goes into one transaction, so that a sync serves many.</summary>
internal sealed class DocumentStore : IDocumentStore, IDisposable
{
    private const int MostInGroup = 512;
    private readonly string _path;
    private readonly object _gate = new();
    private readonly Queue<Request> _queue = [];
    private readonly SqliteConnection _connection;
    private readonly Thread _writer;
    private bool _closing;

    internal DocumentStore(string path)
    {
        _path = path;
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
            if (failure is not null && group.Count > 1)
            {
                // one that is too big for the disk must not take the others with it
                foreach (var request in group) Complete(request, TryCommit([request], put, delete));
            }
            else
            {
                foreach (var request in group) Complete(request, failure);
            }
        }
    }

    private static void Complete(Request request, DavitException? failure)
    {
        if (failure is null) request.Done.SetResult();
        else request.Done.SetException(failure);
    }

    private DavitException? TryCommit(List<Request> group, SqliteCommand put, SqliteCommand delete)
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
            return Translate(e);
        }
    }

    private DavitException Translate(SqliteException e) => e.SqliteErrorCode switch
    {
        // SQLITE_FULL
        13 => new(ErrorKind.Internal, $"write {_path}: no space left on device", "free some space, for example by 'davit system prune'", e),

        // SQLITE_CORRUPT, SQLITE_NOTADB
        11 or 26 => new(ErrorKind.DataLoss, $"{_path} is damaged: {e.Message}", "run 'davit system check --repair'", e),
        _ => new(ErrorKind.Internal, $"{_path}: {e.Message}", inner: e),
    };

    private sealed record Request(IReadOnlyList<DocumentChange> Changes)
    {
        internal TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
