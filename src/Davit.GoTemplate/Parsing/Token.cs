namespace Davit.GoTemplate.Parsing;

internal enum TokenKind
{
    Text,
    Open,
    Close,
    Identifier,
    Field,
    Variable,
    String,
    Number,
    Character,
    Pipe,
    Assign,
    Declare,
    Comma,
    LeftParenthesis,
    RightParenthesis,
    Dot,
    Space,
    End,
}

internal readonly record struct Token(TokenKind Kind, string Text, int Line);
